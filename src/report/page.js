// page.js: puts the page together, and switches between light and dark.

// theme is what the reader chose, or else what the system says.
function themeButton() {
	const dark = () => (document.documentElement.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
	const button = el('button', { class: 'button', type: 'button', id: 'theme', on: { click: () => {
		document.documentElement.dataset.theme = dark() ? 'light' : 'dark';
		try { localStorage.setItem('perfadvisor-theme', document.documentElement.dataset.theme); } catch (unavailable) { /* the choice lasts for this visit */ }
		label();
	} } });
	const label = () => { button.textContent = dark() ? 'Light' : 'Dark'; button.setAttribute('aria-label', 'Switch to ' + (dark() ? 'light' : 'dark') + ' colours'); };
	try { const kept = localStorage.getItem('perfadvisor-theme'); if (kept === 'dark' || kept === 'light') document.documentElement.dataset.theme = kept; } catch (unavailable) { /* the system's */ }
	label();
	return button;
}

function build() {
	const parts = [['verdict', 'Verdict'], ['load', 'Load'], ['findings', 'Findings'], ['advice', 'Indexes'], ['statements', 'Statements'], ['tables', 'Tables'], ['outcomes', 'Outcomes']];
	const server = report.server;
	document.title = report.database + ': ' + report.verdict.sentence;
	document.body.replaceChildren(
		el('a', { class: 'skip', href: '#main' }, 'Skip to the report'),
		el('header', { class: 'bar' }, el('div', { class: 'page' }, el('a', { class: 'mark', href: '#verdict' }, report.database),
			el('nav', { 'aria-label': 'Sections' }, el('ul', null, parts.slice(1).map(([id, name]) => el('li', null, el('a', { href: '#' + id }, name))))), themeButton())),
		el('main', { class: 'page', id: 'main', tabindex: -1 }, verdictPart(), loadPart(), findingsPart(), advicePart(), statementsPart(), serverPart(), outcomesPart()),
		el('footer', null, el('div', { class: 'page' },
			el('p', null, 'perfadvisor ' + report.extension_version + ' on PostgreSQL ' + server.version + (server.in_recovery ? ' (standby)' : '') + ', database ' + report.database + ', ' + [server.cpus && plural(server.cpus, 'processor'), server.memory_bytes && bytes(server.memory_bytes) + ' of memory'].filter(Boolean).join(', ') +
				'. Made ' + moment(report.generated_at) + ' for role ' + report.role + '; server started ' + moment(server.started_at) + '.'),
			el('p', null, 'Texts of statements are cut to ' + report.left_out.text_room + ' characters, of the first 40 to ' + 8 * report.left_out.text_room + '. Made by: psql -XAt -c \u2018SELECT perfadvisor.report_html()\u2019 > report.html'))),
		said);
}

// Findings that are folded are opened for paper, and closed again.
function print(event) {
	for (const node of document.querySelectorAll('details.card')) {
		if (event.type === 'beforeprint' && !node.open) { node.dispatchEvent(new Event('report-open')); node.open = true; node.dataset.printed = '1'; }
		else if (event.type === 'afterprint' && node.dataset.printed) { node.open = false; delete node.dataset.printed; }
	}
}

build();
addEventListener('beforeprint', print);
addEventListener('afterprint', print);
// Charts know the width that they were drawn for.
let drawn = document.documentElement.clientWidth, waiting = null;
addEventListener('resize', () => {
	clearTimeout(waiting);
	waiting = setTimeout(() => {
		if (Math.abs(document.documentElement.clientWidth - drawn) < 40) return;
		drawn = document.documentElement.clientWidth;
		spanDetails();
		document.getElementById('load').replaceWith(loadPart());
		document.getElementById('tables').replaceWith(serverPart());
	}, 150);
});
