// basics.js: elements, numbers, copying. Texts of the database only ever become text nodes and attribute values.

const report = JSON.parse(document.getElementById('report').textContent);
const SVG = 'http://www.w3.org/2000/svg';
const LOCALE = 'en-US';

// fill gives a node its attributes and children; null and false children are left out.
function fill(node, attributes, children) {
	for (const name in attributes || {}) {
		const value = attributes[name];
		if (value === null || value === undefined || value === false) continue;
		if (name === 'on') for (const event in value) node.addEventListener(event, value[event]);
		else if (name === 'style') for (const property in value) node.style.setProperty(property, value[property]);
		else node.setAttribute(name, value === true ? '' : value);
	}
	for (const child of children.flat(9)) {
		if (child === null || child === undefined || child === false) continue;
		node.append(child instanceof Node ? child : String(child));
	}
	return node;
}

function el(name, attributes, ...children) {
	return fill(document.createElement(name), attributes, children);
}

function draw(name, attributes, ...children) {
	return fill(document.createElementNS(SVG, name), attributes, children);
}

// Numbers as people read them: three digits that matter, units next to them.
function digits(value, most) {
	return value.toLocaleString(LOCALE, { maximumFractionDigits: most });
}

function short(value) {
	const size = Math.abs(value);
	if (size >= 1e12) return digits(value / 1e12, 1) + ' T';
	if (size >= 1e9) return digits(value / 1e9, 1) + ' G';
	if (size >= 1e6) return digits(value / 1e6, 1) + ' M';
	if (size >= 1e4) return digits(value / 1e3, size >= 1e5 ? 0 : 1) + ' k';
	return digits(value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

function count(value) {
	return value === null || value === undefined ? '\u2013' : short(Math.round(value));
}

function time(ms) {
	if (ms === null || ms === undefined) return '\u2013';
	const size = Math.abs(ms);
	if (size >= 7.2e6) return digits(ms / 3.6e6, 1) + ' h';
	if (size >= 1.2e5) return digits(ms / 6e4, 1) + ' min';
	if (size >= 1e3) return digits(ms / 1e3, size >= 1e4 ? 1 : 2) + ' s';
	if (size >= 100) return digits(ms, 0) + ' ms';
	if (size >= 1) return digits(ms, size >= 10 ? 1 : 2) + ' ms';
	return ms === 0 ? '0 ms' : digits(ms, size >= 0.1 ? 2 : 3) + ' ms';
}

function bytes(value) {
	if (value === null || value === undefined) return '\u2013';
	const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
	let place = 0;
	while (value >= 1000 && place < 4) { value /= 1024; place++; }
	return digits(value, value >= 10 || place === 0 ? 0 : 1) + ' ' + units[place];
}

function percent(fraction) {
	if (fraction === null || fraction === undefined) return '\u2013';
	const value = fraction * 100;
	return (value > 0 && value < 0.1 ? '< 0.1' : digits(value, value >= 10 ? 0 : 1)) + ' %';
}

function plural(n, one, many) {
	return digits(n, 0) + ' ' + (n === 1 ? one : many || one + 's');
}

function moment(text) {
	return text ? new Date(text).toLocaleString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' }) : '\u2013';
}

// range is from one moment to another, the day said once if it is the same.
function range(from, to) {
	const same = new Date(from).toDateString() === new Date(to).toDateString();
	return moment(from) + ' to ' + (same ? clock(to) : moment(to));
}

function clock(date, seconds) {
	return new Date(date).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: seconds ? '2-digit' : undefined });
}

// since is a distance from the moment of the report.
function since(text) {
	const minutes = Math.max((new Date(report.generated_at) - new Date(text)) / 60000, 0);
	if (minutes < 1) return 'less than a minute before';
	if (minutes < 90) return plural(Math.round(minutes), 'minute') + ' before';
	if (minutes < 2880) return plural(Math.round(minutes / 60), 'hour') + ' before';
	return plural(Math.round(minutes / 1440), 'day') + ' before';
}

// sentence begins with a capital.
function sentence(text) {
	return text && text.charAt(0).toUpperCase() + text.slice(1);
}

// finished ends the last statement of a text, so that it can be pasted.
function finished(sql) {
	const text = sql.trim();
	return text.endsWith(';') ? text : text + ';';
}

const said = el('p', { class: 'hidden', role: 'status', 'aria-live': 'polite' });

function copy(text, button) {
	const done = () => {
		const label = button.textContent;
		button.textContent = 'Copied';
		said.textContent = 'Copied to the clipboard';
		setTimeout(() => { button.textContent = label; said.textContent = ''; }, 1600);
	};
	const old = () => {
		const area = el('textarea', { 'aria-hidden': 'true', style: { position: 'fixed', top: '0', opacity: '0' } });
		area.value = text;
		document.body.append(area);
		area.select();
		const good = document.execCommand('copy');
		area.remove();
		button.focus();
		if (good) done();
	};
	if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, old);
	else old();
}

function copier(text, what) {
	return el('button', { class: 'button', type: 'button', 'aria-label': 'Copy ' + what, on: { click: (event) => copy(text, event.currentTarget) } }, 'Copy');
}

// block shows code that may be longer than its room, which the keyboard then scrolls.
function block(text, label) {
	return el('div', { class: 'sql' }, el('pre', { tabindex: 0, role: 'group', 'aria-label': label }, el('code', null, text)));
}

// folded is a disclosure whose contents are made when it is first opened, or printed.
function folded(attributes, summary, make) {
	const node = el('details', attributes, el('summary', null, summary));
	const once = () => {
		if (make) { fill(node, null, [make()]); make = null; }
	};
	node.addEventListener('toggle', () => { if (node.open) once(); });
	node.addEventListener('report-open', once);
	return node;
}

// table makes a plain table of texts; numbers are aligned to the right.
function table(caption, heads, rows) {
	return el('table', null, el('caption', { class: 'hidden' }, caption),
		el('thead', null, el('tr', null, heads.map((head, i) => el('th', { scope: 'col', class: i > 0 ? 'n' : null }, head)))),
		el('tbody', null, rows.map((row) => el('tr', null, row.map((cell, i) => el(i > 0 ? 'td' : 'th', { scope: i > 0 ? null : 'row', class: i > 0 ? 'n' : null }, cell))))));
}

// numbersOf is what a chart says, for those who cannot see it.
function numbersOf(caption, heads, rows) {
	return folded({ class: 'data' }, 'The numbers', () => el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption }, table(caption, heads, rows)));
}

function statementOf(queryid) {
	return report.statements.find((statement) => statement.queryid === queryid);
}

// words is a query on one line.
function words(text) {
	return text === null || text === undefined ? '(text not kept)' : text.replace(/\s+/g, ' ').trim();
}
