"""report_page.py PAGES [AXE]: looks at pages of report_html() in Chromium and prints TAP.

PAGES is a folder with empty.html, ten.html, many.html and hostile.html, which test/t/report_html.sh makes; AXE is axe-core's
script, without which accessibility is not checked.
"""
import json
import os
import sys

from chromium import Chromium

number = 0
failed = 0


def ok(good, sentence, details=None):
    """Prints one assertion."""
    global number, failed
    number += 1
    print(('ok %d - %s' if good else 'not ok %d - %s') % (number, sentence))
    if not good:
        failed += 1
        for line in str(details).splitlines():
            print('# ' + line)


def count_of(page, selector):
    return page.evaluate('document.querySelectorAll(%s).length' % json.dumps(selector))


def column(page, place):
    """Returns what the rows of the table have in a column."""
    return page.evaluate("[...document.querySelectorAll('#statement-table tbody tr:not(.detail)')].map((row) => row.cells[%d].textContent)" % place)


def amount(text):
    """Reads a number as the page writes it."""
    value, *unit = text.replace(',', '').replace('<', '').split()
    return float(value) * {'k': 1e3, 'M': 1e6, 'G': 1e9, 's': 1e3, 'min': 6e4, 'h': 3.6e6}.get(unit[0] if unit else '', 1)


def click(page, selector):
    page.evaluate('document.querySelector(%s).click()' % json.dumps(selector))


def looks(browser, url, name):
    """Opens a page light and dark, narrow and wide."""
    problems, overflow = [], []
    for width in (360, 1400):
        for dark in (False, True):
            page = browser.open(url, width=width, dark=dark)
            problems += page.problems
            if page.evaluate('document.documentElement.scrollWidth') > width:
                overflow.append(width)
            page.close()
    ok(not problems, 'with %s the console is silent, light and dark, narrow and wide' % name, '\n'.join(problems))
    ok(not overflow, 'and nothing is wider than the screen', overflow)


def table_works(page):
    """Sorts, filters and opens rows."""
    total = page.evaluate("document.querySelector('.tools .count').textContent")
    ok(total == '500 statements', 'the 500 statements with most time can be looked through', total)
    ok(count_of(page, '#statement-table tbody tr:not(.detail)') == 25, 'of which the first 25 are shown')
    ok('more statements' in page.evaluate("document.getElementById('statements').textContent"), 'and it is said how many are left out')
    click(page, 'th:nth-child(4) button')
    down = [amount(text) for text in column(page, 3)]
    click(page, 'th:nth-child(4) button')
    up = [amount(text) for text in column(page, 3)]
    ok(down == sorted(down, reverse=True) and up == sorted(up) and down[0] > up[0], 'a click sorts by calls, another one the other way round', (down, up))
    ok(page.evaluate("document.querySelector('th:nth-child(4)').getAttribute('aria-sort')") == 'ascending' and count_of(page, 'th[aria-sort]') == 1, 'which is also said to who does not see it')
    page.evaluate("(() => { const f = document.getElementById('filter'); f.value = 'NEEDLE in the'; f.dispatchEvent(new Event('input')); })()")
    ok(count_of(page, '#statement-table tbody tr:not(.detail)') == 1 and page.evaluate("document.querySelector('.tools .count').textContent").startswith('1 of 500'), 'a filter finds the one statement')
    click(page, '#statement-table .query')
    ok(page.evaluate("!document.querySelector('tr.detail').hidden && document.querySelector('.query').getAttribute('aria-expanded') === 'true'") and
       'needle in the haystack' in page.evaluate("document.querySelector('tr.detail pre').textContent"), 'and a click shows its whole text')
    page.evaluate("(() => { const f = document.getElementById('filter'); f.value = ''; f.dispatchEvent(new Event('input')); })()")
    click(page, '#statements > .more')
    ok(count_of(page, '#statement-table tbody tr:not(.detail)') == 500, 'all can be shown')


def copying_works(browser, page):
    browser.send('Browser.grantPermissions', {'permissions': ['clipboardReadWrite', 'clipboardSanitizedWrite']})
    page.send('Page.bringToFront')
    wanted = page.evaluate("document.querySelector('#advice .act pre').textContent")
    page.evaluate("document.querySelector('#advice .act .button').click()")
    got = page.evaluate('new Promise((done) => setTimeout(done, 100)).then(() => navigator.clipboard.readText())')
    ok(wanted and got == wanted, 'a button copies the statement that creates an index', (wanted, got))
    ok(page.evaluate("document.querySelector('#advice .act .button').textContent") == 'Copied' and page.evaluate("document.querySelector('[role=status].hidden').textContent") != '', 'and says so, also aloud')


def themes_work(page):
    ground = 'getComputedStyle(document.body).backgroundColor'
    light = page.evaluate(ground)
    click(page, '#theme')
    dark = page.evaluate(ground)
    click(page, '#theme')
    ok(light != dark and page.evaluate(ground) == light, 'a button switches between light and dark', (light, dark))


def hostile_is_text(page):
    ok(page.evaluate('window.hacked') is None, 'no text of the database runs as script')
    ok(count_of(page, 'img, iframe, script:not(#report):not(body > script)') == 0 and page.evaluate('document.scripts.length') <= 2, 'or becomes an element')
    ok('</script><img src=x onerror=' in page.evaluate("document.getElementById('statements').textContent"), 'but is shown as what it is')
    ok(page.evaluate("[...document.querySelectorAll('*')].flatMap((e) => [...e.attributes]).filter((a) => a.name.startsWith('on')).length") == 0, 'no element has a handler in an attribute')


def accessible(browser, url, name, axe):
    found = []
    for width in (360, 1400):
        for dark in (False, True):
            page = browser.open(url, width=width, dark=dark)
            page.evaluate("document.querySelectorAll('details').forEach((d, i) => { if (i % 3 === 0) { d.dispatchEvent(new Event('report-open')); d.open = true; } })")
            page.evaluate("document.querySelectorAll('#statement-table .query').forEach((b, i) => { if (i < 2) b.click(); })")
            page.evaluate(axe)
            result = page.evaluate('axe.run(document, {resultTypes: ["violations"]}).then((r) => r.violations.map((v) => [v.id, v.help, v.nodes.length, v.nodes[0].html.slice(0, 200), (v.nodes[0].any[0] || {}).message]))')
            found += ['%d %s: %s' % (width, 'dark' if dark else 'light', violation) for violation in result]
            page.close()
    ok(not found, 'axe-core finds nothing to object to with %s' % name, '\n'.join(found))


def main():
    folder = os.path.abspath(sys.argv[1])
    axe = open(sys.argv[2]).read() if len(sys.argv) > 2 else None
    names = {'empty': 'no statement', 'ten': 'ten statements', 'many': '2,000 statements', 'hostile': 'hostile texts'}
    sizes = {page: os.path.getsize('%s/%s.html' % (folder, page)) for page in names}
    ok(all(20000 < size < 1000000 for size in sizes.values()), 'each page is smaller than 1 MB', sizes)
    with Chromium() as browser:
        for page, name in names.items():
            looks(browser, 'file://%s/%s.html' % (folder, page), name)
        page = browser.open('file://%s/many.html' % folder)
        table_works(page)
        themes_work(page)
        copying_works(browser, page)
        ok(count_of(page, 'main section h2') >= 6 and count_of(page, 'header nav, main, footer') == 3, 'it has landmarks and headings')
        ok(page.evaluate("[...document.querySelectorAll('svg')].every((s) => s.getAttribute('aria-hidden') === 'true' || (s.getAttribute('role') === 'img' && s.querySelector('title') && s.querySelector('desc')))"), 'each picture has a name and says what it shows, or is decoration')
        page.close()
        page = browser.open('file://%s/hostile.html' % folder)
        hostile_is_text(page)
        page.close()
        page = browser.open('file://%s/empty.html' % folder)
        ok('been recorded yet' in page.evaluate('document.body.textContent') and 'NaN' not in page.evaluate('document.body.textContent') and 'undefined' not in page.evaluate('document.body.innerText'), 'without statements it says that there are none')
        page.close()
        for name in names if axe else ():
            accessible(browser, 'file://%s/%s.html' % (folder, name), names[name], axe)
    if not axe:
        ok(True, 'accessibility # SKIP there is no axe-core; make check-html gets it where npm is')
    print('1..%d' % number)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
