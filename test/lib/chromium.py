"""chromium.py: drives a headless Chromium over its debugging pipe, with nothing but Python's own library.

    with Chromium() as browser:
        page = browser.open('file:///...', width=1400, height=900, dark=False)
        page.evaluate('document.title')
        page.screenshot('page.png', full=True)
        page.problems      # console errors and uncaught exceptions
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


def program():
    """Returns the path of a Chromium, or None."""
    for name in ('chromium', 'chromium-browser', 'google-chrome'):
        if shutil.which(name):
            return shutil.which(name)
    return None


class Chromium:
    """A browser process with a profile of its own, both gone at the end."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix='perfadvisor-chromium.')
        there, self.out = os.pipe()
        self.back, away = os.pipe()
        # the browser reads commands from descriptor 3 and writes to 4
        self.process = subprocess.Popen(
            ['bash', '-c', 'exec "$@" 3<&%d 4>&%d' % (there, away), 'bash', program(), '--headless', '--no-sandbox', '--disable-gpu',
             '--hide-scrollbars', '--force-device-scale-factor=1', '--remote-debugging-pipe', '--user-data-dir=' + self.profile, 'about:blank'],
            pass_fds=(there, away), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(there)
        os.close(away)
        self.buffer = b''
        self.number = 0
        self.sessions = {}

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        try:
            self.send('Browser.close')
            self.process.wait(5)
        except Exception:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def receive(self, until):
        """Returns the next message, None after the time."""
        while b'\0' not in self.buffer:
            if not select.select([self.back], [], [], max(until - time.monotonic(), 0))[0]:
                return None
            piece = os.read(self.back, 1 << 20)
            if not piece:
                raise RuntimeError('the browser went away')
            self.buffer += piece
        line, self.buffer = self.buffer.split(b'\0', 1)
        message = json.loads(line)
        if message.get('sessionId') in self.sessions and 'method' in message:
            self.sessions[message['sessionId']].notice(message)
        return message

    def send(self, method, params=None, session=None):
        """Sends a command and returns its result."""
        self.number += 1
        command = {'id': self.number, 'method': method, 'params': params or {}}
        if session:
            command['sessionId'] = session
        os.write(self.out, json.dumps(command).encode() + b'\0')
        until = time.monotonic() + 60
        while True:
            message = self.receive(until)
            if message is None:
                raise RuntimeError(method + ' took too long')
            if message.get('id') == self.number:
                if 'error' in message:
                    raise RuntimeError(method + ': ' + message['error']['message'])
                return message['result']

    def open(self, url, width=1400, height=900, dark=False):
        """Opens a page and waits until it is loaded."""
        target = self.send('Target.createTarget', {'url': 'about:blank'})['targetId']
        session = self.send('Target.attachToTarget', {'targetId': target, 'flatten': True})['sessionId']
        page = Page(self, session, target)
        self.sessions[session] = page
        page.send('Page.enable')
        page.send('Runtime.enable')
        page.send('Log.enable')
        page.send('Emulation.setDeviceMetricsOverride', {'width': width, 'height': height, 'deviceScaleFactor': 1, 'mobile': False})
        page.send('Emulation.setEmulatedMedia', {'features': [{'name': 'prefers-color-scheme', 'value': 'dark' if dark else 'light'}]})
        page.send('Page.navigate', {'url': url})
        until = time.monotonic() + 60
        while not page.loaded:
            if self.receive(until) is None:
                raise RuntimeError('the page was not loaded')
        return page


class Page:
    """A page in a tab."""

    def __init__(self, browser, session, target):
        self.browser = browser
        self.session = session
        self.target = target
        self.loaded = False
        self.problems = []

    def notice(self, message):
        """Takes note of what a page says by itself."""
        params = message['params']
        if message['method'] == 'Page.loadEventFired':
            self.loaded = True
        elif message['method'] == 'Runtime.exceptionThrown':
            details = params['exceptionDetails']
            self.problems.append(details.get('exception', {}).get('description', details['text']))
        elif message['method'] == 'Runtime.consoleAPICalled' and params['type'] in ('error', 'warning', 'assert'):
            self.problems.append(' '.join(str(a.get('value', a.get('description'))) for a in params['args']))
        elif message['method'] == 'Log.entryAdded' and params['entry']['level'] in ('error', 'warning'):
            self.problems.append(params['entry']['text'])

    def send(self, method, params=None):
        """Sends a command to the page."""
        return self.browser.send(method, params, self.session)

    def evaluate(self, script):
        """Returns what a script says; waits for promises."""
        result = self.send('Runtime.evaluate', {'expression': script, 'returnByValue': True, 'awaitPromise': True, 'userGesture': True})
        if 'exceptionDetails' in result:
            raise RuntimeError(result['exceptionDetails'].get('exception', {}).get('description', 'the script failed'))
        return result['result'].get('value')

    def screenshot(self, path, clip=None, full=False):
        """Writes a picture of the page, or of a part of it: (x, y, width, height)."""
        params = {'format': 'png', 'captureBeyondViewport': True}
        if full:
            size = self.send('Page.getLayoutMetrics')['cssContentSize']
            clip = (0, 0, size['width'], size['height'])
        if clip:
            params['clip'] = dict(zip(('x', 'y', 'width', 'height'), clip), scale=1)
        with open(path, 'wb') as file:
            file.write(base64.b64decode(self.send('Page.captureScreenshot', params)['data']))

    def close(self):
        """Closes the tab."""
        self.browser.send('Target.closeTarget', {'targetId': self.target})
        self.browser.sessions.pop(self.session, None)
