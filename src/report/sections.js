// sections.js: load and latency, the table of statements, scans, tables, pool, outcomes.

function keys(items) {
	return el('ul', { class: 'keys' }, items.map(([color, text]) => el('li', null, el('span', { class: 'swatch b' + color, 'aria-hidden': 'true' }), text)));
}

// figure is a picture with its title, a sentence, and what the colours mean.
function figure(title, note, colors, ...children) {
	return el('figure', null, el('figcaption', null, el('h3', null, title), note && el('p', null, note), colors && keys(colors)), children);
}

function loadFigure(history) {
	const light = {}, sum = history.periods.reduce((all, p) => all + p.load * (new Date(p.to) - new Date(p.from)), 0);
	const share = (i) => history.periods.reduce((all, p) => all + (i < p.parts.length ? p.parts[i] : Math.max(p.load - p.parts.reduce((a, b) => a + b, 0), 0)) * (new Date(p.to) - new Date(p.from)), 0) / (sum || 1);
	const names = history.statements.map((s) => s).concat(null);
	const svg = loadChart(history, light);
	const list = el('ul', { class: 'keys' }, names.map((s, i) => share(i) > 0 && el('li', { on: { mouseenter: () => light.show(i), mouseleave: () => light.show(null), focusin: () => light.show(i), focusout: () => light.show(null) } },
		el('span', { class: 'swatch b' + (s ? i + 1 : 6), 'aria-hidden': 'true' }),
		s && statementOf(s.queryid) ? toStatement(s.queryid, words(s.query)) : el('span', { class: 'text' }, s ? words(s.query) : 'all others'), el('span', { class: 'share' }, percent(share(i))))));
	return figure('Load', 'Statements under way on average, by the statements that took most time. Marks: indexes created or dropped, settings changed.', null,
		el('div', { class: 'withkeys' }, el('div', { class: 'wide' }, svg,
			numbersOf('Load over time', ['Until', 'Load', 'Calls', 'Failures'], history.periods.map((p) => [moment(p.to), digits(p.load, 3), count(p.calls), count(p.failures)]))), list));
}

function loadPart() {
	const h = report.history, n = report.numbers, periods = h ? h.periods : [];
	const timed = periods.filter((p) => p.p50 > 0);
	const bars = report.latencies;
	const missing = el('p', { class: 'nothing' }, !report.all_statements ? 'Load over time is for members of pg_read_all_stats.' : 'There is no history yet: a snapshot is taken every perfadvisor.snapshot_interval, and by perfadvisor.snapshot().');
	return el('section', { class: 'part', id: 'load', 'aria-labelledby': 'load-title' },
		el('div', { class: 'head' }, el('h2', { id: 'load-title' }, 'Load and latency'), periods.length > 0 && el('p', null, range(periods[0].from, periods[periods.length - 1].to))),
		timed.length > 0 ? loadFigure(h) : missing,
		(bars.length > 0 || timed.length > 0) && el('div', { class: 'two', style: { 'margin-top': '40px' } },
			timed.length > 0 && figure('Latency over time', 'Execution time of what clients ran, on a logarithmic scale.', [[1, '99th percentile'], [2, '95th'], [3, 'median']], percentileChart(periods),
				numbersOf('Latency over time', ['Until', 'Median', '95th', '99th'], timed.map((p) => [moment(p.to), time(p.p50), time(p.p95), time(p.p99)]))),
			bars.length > 0 && figure('How long calls took', 'All calls since recording began, by execution time on a logarithmic scale.', [[2, 'calls']], histogramChart(bars, [['p50', n.p50], ['p95', n.p95], ['p99', n.p99]]),
				numbersOf('Calls by execution time', ['From', 'To', 'Calls'], bars.map((b) => [time(b.from), time(b.to), digits(b.calls, 0)])))));
}

// The table of statements
const COLUMNS = [
	['query', 'Statement', '', (s) => words(s.query).toLowerCase()], ['share', 'Share of time', 'share-cell', (s) => s.share || 0], ['total_exec_time', 'Total', '', null],
	['calls', 'Calls', 'calls', null], ['mean_exec_time', 'Mean', 'mean', null], ['p95_exec_time', 'p95', '', null], ['p99_exec_time', 'p99', 'p99', null]];
const sorting = { column: 'total_exec_time', down: true };
let openStatement = () => {};

function statementFacts(s) {
	const facts = [['Role', s.role], ['Class', s.class + (s.toplevel ? '' : ', inside a function')], ['Id', s.queryid], ['Calls', digits(s.calls, 0)], ['Failures', digits(s.failures, 0)], ['Rows a call', s.calls > 0 ? short(s.rows / s.calls) : '\u2013'],
		['Mean', time(s.mean_exec_time)], ['Median', time(s.p50_exec_time)], ['p95', time(s.p95_exec_time)], ['p99', time(s.p99_exec_time)], ['Slowest', time(s.max_exec_time)],
		['Rows read in full scans', count(s.seq_rows_read)], ['Blocks read', count(s.shared_blks_read)], ['Temporary blocks', count(s.temp_blks_written)], ['Last run', moment(s.last_seen)]];
	const bounds = report.histogram_bounds;
	return [block(s.query || '(text not kept)', 'Statement'), el('div', { style: { margin: '8px 0' } }, copier(s.query || '', 'the statement')),
		el('dl', { class: 'facts' }, facts.map(([name, value]) => el('div', null, el('dt', null, name), el('dd', null, value)))),
		s.histogram && numbersOf('Calls by execution time', ['Up to', 'Calls'], s.histogram.map((calls, i) => [i < bounds.length ? time(bounds[i]) : 'more', digits(calls, 0)]).filter((row) => row[1] !== '0'))];
}

// spanDetails lets open rows be as wide as the columns that this screen shows.
function spanDetails() {
	const shown = [...document.querySelectorAll('#statement-table th')].filter((head) => head.offsetParent !== null).length;
	for (const cell of document.querySelectorAll('#statement-table tr.detail > td')) cell.colSpan = shown || 8;
}

function statementRows(s) {
	const detail = el('tr', { class: 'detail', hidden: true }, el('td', { colspan: 8 }));
	const text = words(s.query);
	const button = el('button', { class: 'query', type: 'button', 'aria-expanded': 'false', title: text.slice(0, 300) }, el('code', null, text.slice(0, 240)));
	const row = el('tr', null, el('td', null, button),
		el('td', { class: 'share-cell n' }, s.share === null ? el('span', { class: 'soft' }, 'inside') : el('div', { class: 'gauge' }, el('span', { class: 'track', 'aria-hidden': 'true' }, el('i', { style: { width: s.share * 100 + '%' } })), el('b', null, percent(s.share)))),
		el('td', { class: 'n' }, time(s.total_exec_time)), el('td', { class: 'n calls' }, count(s.calls)), el('td', { class: 'n mean' }, s.calls > 0 ? time(s.mean_exec_time) : '\u2013'), el('td', { class: 'n' }, time(s.p95_exec_time)),
		el('td', { class: 'n p99' }, time(s.p99_exec_time)), el('td', { class: 'shape' }, s.histogram && shape(s.histogram, 22)));
	const toggle = (open) => {
		if (open && !detail.firstChild.firstChild) fill(detail.firstChild, null, statementFacts(s));
		detail.hidden = !open;
		row.classList.toggle('open', open);
		button.setAttribute('aria-expanded', String(open));
		spanDetails();
	};
	button.addEventListener('click', () => toggle(detail.hidden));
	return { s, row, detail, toggle, button, found: (text + ' ' + s.queryid + ' ' + s.role + ' ' + s.class).toLowerCase() };
}

function statementsPart() {
	const list = report.statements.map(statementRows), body = el('tbody');
	const filter = el('input', { type: 'search', id: 'filter', placeholder: 'Text, role or id', 'aria-label': 'Statements that contain', autocomplete: 'off', spellcheck: 'false', on: { input: () => show() } });
	const classes = [...new Set(report.statements.map((s) => s.class))].sort();
	const chosen = el('select', { 'aria-label': 'Class of statements', on: { change: () => show() } }, el('option', { value: '' }, 'All classes'), classes.map((c) => el('option', { value: c }, c)));
	const counted = el('span', { class: 'count', role: 'status' }), heads = {};
	const more = el('button', { class: 'button more', type: 'button', on: { click: () => { most = Infinity; show(); } } });
	let most = 25;
	const show = () => {
		const wanted = filter.value.trim().toLowerCase().split(/\s+/), key = COLUMNS.find((c) => c[0] === sorting.column), value = key[3] || ((s) => s[key[0]] || 0);
		const found = list.filter((x) => (chosen.value === '' || x.s.class === chosen.value) && wanted.every((word) => x.found.includes(word)));
		found.sort((a, b) => { const p = value(a.s), q = value(b.s); return (p < q ? -1 : p > q ? 1 : 0) * (sorting.down ? -1 : 1); });
		body.replaceChildren(...found.slice(0, most).flatMap((x) => [x.row, x.detail]));
		counted.textContent = found.length === list.length ? plural(list.length, 'statement') : found.length + ' of ' + plural(list.length, 'statement');
		more.hidden = found.length <= most;
		more.textContent = 'Show all ' + found.length;
		for (const name in heads) {
			if (name === sorting.column) heads[name].setAttribute('aria-sort', sorting.down ? 'descending' : 'ascending');
			else heads[name].removeAttribute('aria-sort');
		}
	};
	const sort = (name) => {
		sorting.down = sorting.column === name ? !sorting.down : name !== 'query';
		sorting.column = name;
		show();
	};
	openStatement = (id) => {
		const found = list.find((x) => x.s.queryid === id);
		if (!found) return;
		filter.value = ''; chosen.value = '';
		if (!found.row.isConnected) most = Infinity;
		show();
		found.toggle(true);
		found.row.scrollIntoView({ block: 'center' });
		found.button.focus({ preventScroll: true });
	};
	const left = report.left_out;
	const node = el('section', { class: 'part', id: 'statements', 'aria-labelledby': 'statements-title' },
		el('div', { class: 'head' }, el('h2', { id: 'statements-title' }, 'Statements'), el('p', null, 'Times are of executions that succeeded; percentiles within 6.25 %. Bars of Latency are square roots of calls, from 10 \u00B5s to 10 s.')),
		list.length === 0 ? el('p', { class: 'nothing' }, 'No statement of this database has been recorded yet. Let the application run, and ask again.') : [
			el('div', { class: 'tools' }, filter, chosen, counted),
			el('table', { id: 'statement-table' }, el('caption', { class: 'hidden' }, 'Statements; a row opens to its whole text and all its numbers'),
				el('colgroup', null, ['c-query', 'c-share', 'c-num', 'c-num c-calls', 'c-num c-mean', 'c-num', 'c-num c-p99', 'c-shape'].map((c) => el('col', { class: c }))),
				el('thead', null, el('tr', null, COLUMNS.map(([name, label, kind], i) => {
					heads[name] = el('th', { scope: 'col', class: (i > 0 ? 'n ' : '') + kind }, el('button', { type: 'button', on: { click: () => sort(name) } }, label));
					return heads[name];
				}), el('th', { scope: 'col', class: 'shape' }, 'Latency'))), body), more],
		left.statements > 0 && el('p', { class: 'nothing' }, plural(left.statements, 'more statement') + ' with ' + time(left.statements_time) + ' together are left out here, and in perfadvisor.statements.'));
	if (list.length > 0) show();
	return node;
}

function barItem(name, value, parts, note) {
	return el('li', null, el('div', { class: 'top' }, el('span', { class: 'name' }, name), el('span', { class: 'val' }, value)),
		el('div', { class: 'track', 'aria-hidden': 'true' }, parts.map(([color, share]) => share > 0 && el('i', { class: 'b' + color, style: { width: Math.min(share * 100, 100) + '%' } }))), note);
}

function scansFigure() {
	const scans = report.seq_scans, most = Math.max(...scans.map((s) => s.rows_read), 1);
	return figure('Read from end to end', 'Rows that sequential scans read, and what became of them.', [[2, 'wanted'], [5, 'thrown away by the filter']],
		scans.length === 0 ? el('p', { class: 'nothing' }, 'No table was seen to be read sequentially.') :
			el('ul', { class: 'bars' }, scans.slice(0, 8).map((s) => barItem(s.relation, count(s.rows_read) + ' rows, ' + plural(s.scans, 'scan'),
				[[2, s.rows_returned / most], [5, (s.rows_read - s.rows_returned) / most]],
				el('p', null, s.filter ? [el('code', null, s.filter), ' threw ' + percent(s.removed_fraction) + ' away'] : 'no filter: all of them were wanted')))));
}

function tablesFigure() {
	const tables = report.tables.filter((t) => t.bytes > 0 || t.dead_rows > 0);
	return figure('Table health', 'Dead rows, as share of what makes autovacuum come. Full bars are due.', [[2, 'dead rows']],
		tables.length === 0 ? el('p', { class: 'nothing' }, 'There are no tables.') :
			el('ul', { class: 'bars' }, tables.slice(0, 8).map((t) => barItem(t.name, bytes(t.bytes), [[2, t.vacuum_trigger > 0 ? t.dead_rows / t.vacuum_trigger : 0]],
				el('p', null, count(t.dead_rows) + ' dead of ' + count(t.live_rows + t.dead_rows) + ' rows, autovacuum ' + (t.autovacuum === false ? 'is off' : 'comes at ' + count(t.vacuum_trigger)) + (t.last_vacuum ? ', came ' + since(t.last_vacuum) : ', never came'))))));
}

function poolFigure() {
	const p = report.pool;
	return figure('Statements under way', 'In each minute, of all databases.', [[2, 'average'], [5, 'most at any moment']],
		p.minutes.length === 0 ? el('p', { class: 'nothing' }, 'Nothing was counted yet, or it is not this role\u2019s to see: pg_monitor may.') :
			[poolChart(p.minutes), numbersOf('Statements under way', ['Minute', 'Average', '95 % of the time', 'Most', 'Sessions'], p.minutes.map((m) => [moment(m.at), digits(m.mean, 2), m.p95, m.max, m.sessions]))]);
}

function poolAdvice() {
	const known = report.pool.advice.filter((a) => a.status === 'ok');
	return figure('Pools', 'Connections that the busiest hour needed; ' + report.pool.max_connections + ' are allowed.', null,
		known.length === 0 ? el('p', { class: 'nothing' }, 'Not enough was observed for a recommendation: it takes 1,000 transactions in 10 minutes of one role or application.') :
			el('ul', { class: 'bars' }, known.slice(0, 6).map((a) => el('li', null, el('div', { class: 'top' }, el('span', { class: 'name' }, a.name), el('span', { class: 'val' }, plural(a.recommended_size, 'connection') + (a.pool_mode ? ', ' + a.pool_mode + ' pooling' : ''))),
				el('p', null, a.reason), a.why_not_transaction && el('p', null, sentence(a.why_not_transaction))))));
}

function serverPart() {
	return el('section', { class: 'part', id: 'tables', 'aria-labelledby': 'tables-title' }, el('div', { class: 'head' }, el('h2', { id: 'tables-title' }, 'Tables and sessions')),
		el('div', { class: 'two' }, scansFigure(), tablesFigure(), poolFigure(), poolAdvice()));
}

const VERDICTS = { better: 'ok', worse: 'critical', 'no change': 'unknown', 'not used': 'warning', 'too early': 'unknown' };

function outcomesPart() {
	const o = report.outcomes, slow = report.slow_queries, changes = report.plan_changes;
	const most = o ? Math.max(...o.indexes.map((i) => Math.max(i.predicted_gain || 0, i.measured_gain || 0)), 1) : 1;
	return el('section', { class: 'part', id: 'outcomes', 'aria-labelledby': 'outcomes-title' }, el('div', { class: 'head' }, el('h2', { id: 'outcomes-title' }, 'What became of it'),
		o && o.record && o.record.advised > 0 && el('p', null, o.record.advised + ' indexes were advised, ' + o.record.created + ' exist, ' + o.record.better + ' made statements faster.')),
		el('div', { class: 'two' },
			figure('Advice, predicted and measured', 'Time saved an hour by advised indexes that exist.', [[4, 'predicted'], [2, 'measured']],
				!o || o.indexes.length === 0 ? el('p', { class: 'nothing' }, 'No advised index exists yet. Once one does, what it was to save and what it saves are compared here.') :
					el('ul', { class: 'bars' }, o.indexes.map((i) => el('li', null,
						el('div', { class: 'top' }, el('span', { class: 'name' }, i.index), el('span', { class: 'val is-' + VERDICTS[i.verdict] }, i.verdict)),
						el('div', { class: 'track', 'aria-hidden': 'true' }, el('i', { class: 'b4', style: { width: Math.max(i.predicted_gain || 0, 0) / most * 100 + '%' } })),
						el('div', { class: 'track', 'aria-hidden': 'true' }, el('i', { class: 'b2', style: { width: Math.max(i.measured_gain || 0, 0) / most * 100 + '%' } })),
						el('p', null, 'predicted ' + time(i.predicted_gain) + ', measured ' + time(i.measured_gain) + ' an hour; a call took ' + time(i.mean_before) + ', now ' + time(i.mean_after)))))),
			figure('Slowest single executions', 'Those kept in perfadvisor.slow_queries, without those that failed.', null,
				slow.length === 0 ? el('p', { class: 'nothing' }, 'None took longer than perfadvisor.slow_query_time.') :
					el('ul', { class: 'bars' }, slow.slice(0, 6).map((q) => barItem(time(q.exec_time), moment(q.started_at), [[2, q.exec_time / slow[0].exec_time]], el('p', null, el('code', null, words(q.query).slice(0, 160)))))))),
		changes.length > 0 && el('div', { style: { 'margin-top': '40px' } }, el('h3', null, 'Statements that run with another plan'),
			changes.map((c) => folded({ class: 'quiet', style: { 'margin-top': '10px' } }, [el('span', { class: c.verdict === 'worse' ? 'is-critical' : 'is-ok' }, c.verdict), ' since ' + moment(c.changed_at) + ', ' + time(c.mean_before) + ' \u2192 ' + time(c.mean_after) + ': ' + words(c.query).slice(0, 90)],
				() => el('div', { class: 'plans' }, [['Before', c.plan_before], ['Now', c.plan_after]].map(([name, plan]) => el('div', null, el('h4', null, name), block(plan || '(not kept)', 'Plan ' + name.toLowerCase()))))))));
}
