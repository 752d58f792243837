// findings.js: the verdict, what deserves attention, and the indexes to create.

const SEVERITIES = { critical: 'Critical', warning: 'Warning', info: 'Opportunity', unknown: 'Unknown', ok: 'Healthy' };

function number(name, value, unit, note) {
	return el('div', { class: 'number' }, el('dt', null, name), el('dd', null, value, unit && el('small', null, unit)), note && el('dd', { class: 'note' }, note));
}

function verdictPart() {
	const v = report.verdict, n = report.numbers, advice = openAdvice();
	const since = report.recorded_since;
	return el('section', { class: 'verdict', id: 'verdict', 'aria-labelledby': 'verdict-title' },
		el('p', { class: 'status is-' + v.status }, el('span', { class: 'dot', 'aria-hidden': 'true' }), SEVERITIES[v.status]),
		el('h1', { id: 'verdict-title' }, v.sentence),
		el('p', { class: 'lede' }, v.ok > 0 && plural(v.ok, 'check') + (v.ok === 1 ? ' is' : ' are') + ' fine' + (v.good ? ', among them everything about ' + v.good + '. ' : '. '),
			v.unknown > 0 && plural(v.unknown, 'check') + ' could not look, for want of rights or settings. ', v.muted > 0 && plural(v.muted, 'finding') + ' muted.'),
		el('p', { class: 'lede' }, since ? 'Recorded since ' + moment(since) + '.' : 'No statement of this database has been recorded yet.',
			!report.all_statements && ' Role ' + report.role + ' sees only its own statements; a member of pg_read_all_stats sees all.'),
		el('dl', { class: 'numbers' },
			number('95th percentile', time(n.p95), null, n.p95 === null ? 'no calls yet' : 'median ' + time(n.p50) + ', 99th ' + time(n.p99)),
			number('Calls', count(n.calls || 0), n.calls_per_second > 0 && short(n.calls_per_second) + ' /s', n.failures > 0 ? plural(n.failures, 'failure') : 'none failed'),
			number('Load', n.load === null ? '\u2013' : digits(n.load, 2), 'under way', n.most === null ? 'of the last hour' : 'in the last hour; at most ' + n.most),
			number('Findings', digits(v.critical + v.warning + v.info, 0), null, [v.critical && v.critical + ' critical', v.warning && plural(v.warning, 'warning'), v.info && plural(v.info, 'opportunity', 'opportunities')].filter(Boolean).join(', ') || 'nothing to mend'),
			number('To be saved', advice && advice.length ? percent(Math.min(advice.reduce((sum, a) => sum + a.workload_gain, 0), 1)) : '\u2013', advice && advice.length ? 'of the time' : null,
				advice && advice.length ? 'by ' + plural(advice.length, 'index', 'indexes') + ', ' + bytes(advice.reduce((sum, a) => sum + (a.index_bytes || 0), 0)) : report.advice ? 'no index would' : 'no search yet')));
}

// openAdvice is the advised indexes that do not exist yet; null where nothing was searched.
function openAdvice() {
	return report.advice && report.advice.indexes.filter((a) => !a.exists);
}

function act(name, sql) {
	return sql && el('div', { class: 'act' }, el('span', null, name), block(finished(sql), name + ' SQL'), copier(finished(sql), name.toLowerCase() + ' SQL'));
}

function findingBody(f) {
	return [f.why && el('p', { class: 'why' }, f.why),
		el('div', { class: 'acts' }, act('Fix', f.fix_sql),
			(f.verify_sql || f.undo_sql) && folded({ class: 'quiet small' }, [f.verify_sql && 'Verify', f.undo_sql && (f.verify_sql ? 'undo' : 'Undo')].filter(Boolean).join(' and '), () => [act('Verify', f.verify_sql), act('Undo', f.undo_sql)])),
		f.left_out && el('p', { class: 'lock' }, f.left_out),
		f.lock_note && el('p', { class: 'lock' }, f.lock_note),
		f.queryids && f.queryids.length > 0 && f.queryids.some(statementOf) && el('p', { class: 'lock' }, 'Statements: ', f.queryids.filter(statementOf).slice(0, 6).map((id, i) => [i > 0 && ', ', toStatement(id)]))];
}

// toStatement is a link that opens the statement in the table.
function toStatement(id, text) {
	return el('a', { href: '#statements', title: text ? null : words(statementOf(id).query).slice(0, 200), on: { click: (event) => { event.preventDefault(); openStatement(id); } } }, text || id);
}

function tagLine(f) {
	return el('p', { class: 'tag' }, el('b', { class: 'is-' + f.severity }, SEVERITIES[f.severity]), el('span', null, f.area), el('span', null, f.object),
		new Date(report.generated_at) - new Date(f.first_seen) > 60000 && el('span', null, 'since ' + moment(f.first_seen)));
}

function findingCard(f) {
	if (f.severity === 'critical' || f.severity === 'warning')
		return el('article', { class: 'card is-' + f.severity, 'data-severity': f.severity, id: 'finding-' + f.finding_id }, tagLine(f), el('h3', null, sentence(f.title)), findingBody(f));
	const card = folded({ class: 'card is-' + f.severity, 'data-severity': f.severity }, [el('h3', null, sentence(f.title))], () => el('div', null, el('div', { style: { 'margin-top': '8px' } }, tagLine(f)), findingBody(f)));
	return card;
}

// Missing indexes have a section of their own, with plans; here one card stands for them.
function adviceCard(findings) {
	const severity = findings.some((f) => f.severity === 'warning') ? 'warning' : 'info';
	const gain = Math.min(findings.reduce((sum, f) => sum + (f.time_share || 0), 0), 1);
	const tables = [...new Set(findings.map((f) => f.object.replace(/ \S+$/, '')))];
	return el('article', { class: 'card is-' + severity, 'data-severity': severity }, tagLine({ severity, area: 'index', object: tables.slice(0, 3).join(', ') + (tables.length > 3 ? ' and ' + (tables.length - 3) + ' more' : ''), first_seen: report.generated_at }),
		el('h3', null, plural(findings.length, 'index', 'indexes') + ' would save ' + percent(gain) + ' of the recorded time'),
		el('p', { class: 'why' }, 'Statements read many more rows than they return. ', el('a', { href: '#advice' }, 'See the indexes, with plans before and after')));
}

function findingsPart() {
	const missing = openAdvice() && openAdvice().length > 0 ? report.findings.filter((f) => f.check_name === 'missing_index') : [];
	const cards = report.findings.filter((f) => !missing.includes(f)).map(findingCard);
	if (missing.length > 0) {
		const card = adviceCard(missing), rank = ['critical', 'warning', 'info', 'unknown'];
		const place = cards.findIndex((c) => rank.indexOf(c.dataset.severity) >= rank.indexOf(card.dataset.severity));
		cards.splice(place < 0 ? cards.length : place, 0, card);
	}
	let only = null, all = false;
	const list = el('div', { class: 'cards' }, cards), buttons = [];
	const more = el('button', { class: 'button more', type: 'button', on: { click: () => { all = true; show(); } } });
	const show = () => {
		const chosen = cards.filter((card) => only === null || card.dataset.severity === only);
		cards.forEach((card) => { card.hidden = !chosen.includes(card) || (!all && chosen.indexOf(card) >= 12); });
		more.hidden = all || chosen.length <= 12;
		more.textContent = 'Show ' + plural(chosen.length - 12, 'more finding');
		buttons.forEach(([button, severity]) => button.setAttribute('aria-pressed', String(only === severity)));
	};
	const filter = (severity, label) => {
		const button = el('button', { class: 'button', type: 'button', 'aria-pressed': 'false', on: { click: () => { only = severity; show(); } } }, label);
		buttons.push([button, severity]);
		return button;
	};
	const kinds = Object.keys(SEVERITIES).filter((s) => cards.some((card) => card.dataset.severity === s));
	const part = el('section', { class: 'part', id: 'findings', 'aria-labelledby': 'findings-title' },
		el('div', { class: 'head' }, el('h2', { id: 'findings-title' }, 'Findings'),
			kinds.length > 1 && el('div', { class: 'filters', role: 'group', 'aria-label': 'Findings of one severity' }, filter(null, 'All'), kinds.map((s) => filter(s, SEVERITIES[s] + ' ' + cards.filter((c) => c.dataset.severity === s).length)))),
		cards.length > 0 ? list : el('p', { class: 'nothing' }, 'Nothing deserves attention. That is the best a report can say.'), more,
		report.left_out.findings > 0 && el('p', { class: 'nothing' }, plural(report.left_out.findings, 'more finding') + ' of lesser severity in perfadvisor.findings.'));
	show();
	return part;
}

function planPair(s) {
	return el('div', { class: 'plan' }, el('p', { class: 'small' }, statementOf(s.queryid) ? toStatement(s.queryid, 'Statement') : 'Statement', ', ' + plural(s.calls, 'call') + ', planner cost ' + short(s.cost_before) + ' \u2192 ' + short(s.cost_after)),
		el('div', { style: { margin: '6px 0 0' } }, block(words(s.query), 'Statement')),
		(s.plan_before || s.plan_after) && el('div', { class: 'plans' },
			[['Plan now', s.plan_before], ['Plan with the indexes', s.plan_after]].map(([name, plan]) => el('div', null, el('h4', null, name), block(plan || '(not kept)', name)))));
}

function adviceItem(a, most) {
	return el('li', { class: 'advice', id: 'advice-' + a.advice_id },
		el('div', null, el('p', { class: 'gain' }, percent(a.workload_gain), el('small', null, 'of the recorded time, ' + time(a.time_saved) + ' an hour')),
			el('div', { class: 'meter', 'aria-hidden': 'true' }, el('i', { style: { width: Math.max(a.workload_gain / most * 100, 1) + '%' } }))),
		el('div', { class: 'wide' }, el('h3', { class: 'hidden' }, a.kind + ' index on ' + a.relation),
			a.ddl ? el('div', { class: 'act' }, block(a.ddl, 'Statements that create the index'), copier(a.ddl, 'the statements that create the index')) : el('p', { class: 'soft' }, 'Too long to be shown: see perfadvisor.index_advice.'),
			el('p', { class: 'reason' }, a.reason),
			el('p', { class: 'terms' }, el('span', null, a.kind), el('span', null, bytes(a.index_bytes) + ' on disk'), el('span', null, a.write_cost > 0 ? 'writes take ' + time(a.write_cost) + ' an hour longer' : 'writes cost nothing more'),
				el('span', null, 'confidence ' + percent(a.confidence))),
			(a.statements || []).length > 0 && folded({ class: 'quiet' }, 'Plans before and after, for ' + plural(a.statements.length, 'statement'), () => el('div', { style: { 'margin-top': '10px' } }, a.statements.map(planPair))),
			a.undo_sql && folded({ class: 'quiet' }, 'Undo', () => el('div', { class: 'act', style: { 'margin-top': '8px' } }, block(a.undo_sql, 'Undo SQL'), copier(a.undo_sql, 'undo SQL')))));
}

function advicePart() {
	const open = openAdvice();
	const head = (note) => el('div', { class: 'head' }, el('h2', { id: 'advice-title' }, 'Indexes to create'), note && el('p', null, note));
	const part = (...children) => el('section', { class: 'part', id: 'advice', 'aria-labelledby': 'advice-title' }, children);
	if (!report.advice)
		return part(head(), el('p', { class: 'nothing' }, report.all_statements ? 'No search for indexes was made yet, and a report never starts one. This does, and keeps the result:' : 'Advice is made from everybody\u2019s statements; a member of pg_read_all_stats may see it.'),
			report.all_statements && el('div', { class: 'act', style: { 'grid-template-columns': 'minmax(0, 1fr) auto' } }, block('SELECT * FROM perfadvisor.refresh_advice();', 'Statement that searches for advice'), copier('SELECT * FROM perfadvisor.refresh_advice();', 'the statement that searches for advice')));
	const age = 'Searched ' + since(report.advice.made_at) + ' this page was made; perfadvisor.refresh_advice() searches again.';
	if (open.length === 0) return part(head(age), el('p', { class: 'nothing' }, report.advice.indexes.length > 0 ? 'Every index that was advised exists.' : 'The recorded statements need no index that is not there.'));
	const items = open.map((a) => adviceItem(a, open[0].workload_gain)), list = el('ol', null, items);
	items.slice(10).forEach((item) => { item.hidden = true; });
	const everything = open.filter((a) => a.ddl).map((a) => a.ddl).join('\n');
	return part(head(age), el('p', { style: { 'margin-bottom': '18px' } }, plural(open.length, 'index', 'indexes') + ', best first. Together they save ' + percent(Math.min(open.reduce((sum, a) => sum + a.workload_gain, 0), 1)) + ' of the recorded time and take ' +
		bytes(open.reduce((sum, a) => sum + (a.index_bytes || 0), 0)) + '. ', el('button', { class: 'button', type: 'button', on: { click: (event) => copy(everything, event.currentTarget) } }, 'Copy all')), list,
		items.length > 10 && el('button', { class: 'button more', type: 'button', on: { click: (event) => { items.forEach((item) => { item.hidden = false; }); event.currentTarget.remove(); } } }, 'Show ' + plural(items.length - 10, 'more index', 'more indexes')));
}
