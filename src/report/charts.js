// charts.js: pictures as inline SVG. Each has a name, a sentence that says what it shows, and its numbers as a table.

// niceSteps are the steps of an axis up to a round number not below a value, none smaller than the least.
function niceSteps(most, wanted, least) {
	if (!(most > 0)) return [0, 1];
	const rough = most / wanted, power = Math.pow(10, Math.floor(Math.log10(rough)));
	const step = Math.max([1, 2, 2.5, 5, 10].find((m) => m * power >= rough * 0.999) * power, least || 0);
	const steps = [];
	for (let i = 0; i * step < most + step * 0.999; i++) steps.push(i * step);
	return steps;
}

// timeTicks are moments at round distances between two others.
function timeTicks(from, to, wanted) {
	const units = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400].map((s) => s * 1000);
	const unit = units.find((u) => (to - from) / u <= wanted) || 86400000 * Math.ceil((to - from) / 86400000 / wanted);
	const shift = new Date(from).getTimezoneOffset() * 60000;
	const ticks = [];
	for (let at = Math.ceil((from - shift) / unit) * unit + shift; at <= to; at += unit) ticks.push(at);
	return { ticks, seconds: unit < 60000 };
}

let charts = 0;

// chart is an SVG with a name and a description.
function chart(width, height, name, description, ...children) {
	const id = 'chart' + ++charts;
	return draw('svg', { viewBox: '0 0 ' + width + ' ' + height, role: 'img', 'aria-labelledby': id + ' ' + id + 'd' },
		draw('title', { id }, name), draw('desc', { id: id + 'd' }, description), children);
}

// frame draws the axes of a chart whose x is time; returns its scales.
function timeFrame(width, height, from, to, steps, label) {
	const left = 46, right = 8, top = 12, bottom = 22, most = steps[steps.length - 1];
	const x = (at) => left + (at - from) / Math.max(to - from, 1) * (width - left - right);
	const y = (value) => height - bottom - value / most * (height - top - bottom);
	const axis = timeTicks(from, to, Math.max(2, Math.floor(width / 110)));
	return { x, y, top, bottom: height - bottom, nodes: [
		steps.map((step) => [draw('line', { x1: left, x2: width - right, y1: y(step), y2: y(step), class: step === 0 ? 'axis' : 'grid' }),
			draw('text', { x: left - 8, y: y(step) + 4, 'text-anchor': 'end' }, label(step))]),
		axis.ticks.map((at) => [draw('line', { x1: x(at), x2: x(at), y1: height - bottom, y2: height - bottom + 4, class: 'axis' }),
			draw('text', { x: Math.min(Math.max(x(at), left + 14), width - 24), y: height - 4, 'text-anchor': 'middle' }, clock(at, axis.seconds))])] };
}

// wide tells how many units a chart across has, so that its texts keep their size.
function chartWidth(share) {
	const page = Math.min(document.documentElement.clientWidth || 1100, 1160) - 56;
	return Math.max(300, Math.round(document.documentElement.clientWidth > 900 ? page * share : page));
}

// loadChart stacks what the heaviest statements added to the load of each period.
function loadChart(history, light) {
	const periods = history.periods, from = +new Date(periods[0].from), to = +new Date(periods[periods.length - 1].to);
	const most = Math.max(...periods.map((p) => p.load)), steps = niceSteps(most, 4), width = chartWidth(0.70), height = width > 560 ? 270 : 220;
	const frame = timeFrame(width, height, from, to, steps, short);
	const columns = periods.map((p) => {
		const x1 = frame.x(+new Date(p.from)), x2 = frame.x(+new Date(p.to)), gap = x2 - x1 > 4 ? 1 : 0;
		let base = 0;
		const rest = Math.max(p.load - p.parts.reduce((a, b) => a + b, 0), 0);
		return draw('g', null, draw('title', null, clock(p.from, true) + ' to ' + clock(p.to, true) + ': ' + digits(p.load, 2) + ' under way on average'),
			p.parts.concat(rest).map((part, i) => {
				const y = frame.y(base + part), rect = part > 0 && draw('rect', { x: x1, y, width: Math.max(x2 - x1 - gap, 0.5), height: Math.max(frame.y(base) - y, 0), class: 'f' + (i < p.parts.length ? i + 1 : 6), 'data-part': i });
				base += part;
				return rect;
			}));
	});
	const flags = (history.events || []).filter((e) => e.kind !== 'recording_reset' && +new Date(e.at) >= from && +new Date(e.at) <= to).map((e) =>
		draw('g', null, draw('title', null, clock(e.at, true) + ': ' + e.kind.replace('_', ' ') + ' ' + e.object),
			draw('line', { class: 'flag', x1: frame.x(+new Date(e.at)), x2: frame.x(+new Date(e.at)), y1: frame.top - 6, y2: frame.bottom }),
			draw('path', { d: 'M' + (frame.x(+new Date(e.at)) - 4) + ' ' + (frame.top - 10) + 'h8l-4 6z', fill: 'var(--soft)' })));
	const svg = chart(width, height, 'Load over time', 'Statements under way on average, ' + periods.length + ' periods from ' + moment(periods[0].from) + ' to ' +
		moment(periods[periods.length - 1].to) + ', between ' + digits(Math.min(...periods.map((p) => p.load)), 2) + ' and ' + digits(most, 2) + ', stacked by statement.', frame.nodes, columns, flags);
	light.show = (part) => svg.querySelectorAll('rect').forEach((rect) => rect.classList.toggle('dim', part !== null && rect.dataset.part !== String(part)));
	return svg;
}

// percentileChart draws three percentiles over time, logarithmically: they differ by orders of magnitude.
function percentileChart(periods) {
	const known = periods.filter((p) => p.p50 > 0), width = chartWidth(0.48), height = 230, left = 56, right = 8, top = 12, bottom = 22;
	const from = +new Date(periods[0].from), to = +new Date(periods[periods.length - 1].to);
	const low = Math.floor(Math.log10(Math.min(...known.map((p) => p.p50)))), high = Math.max(Math.ceil(Math.log10(Math.max(...known.map((p) => p.p99)))), low + 1);
	const x = (at) => left + (at - from) / Math.max(to - from, 1) * (width - left - right);
	const y = (ms) => height - bottom - (Math.log10(ms) - low) / (high - low) * (height - top - bottom);
	const nodes = [], axis = timeTicks(from, to, Math.max(2, Math.floor(width / 110)));
	for (let power = low; power <= high; power++)
		nodes.push(draw('line', { x1: left, x2: width - right, y1: y(Math.pow(10, power)), y2: y(Math.pow(10, power)), class: power === low ? 'axis' : 'grid' }),
			draw('text', { x: left - 8, y: y(Math.pow(10, power)) + 4, 'text-anchor': 'end' }, time(Math.pow(10, power))));
	for (const at of axis.ticks)
		nodes.push(draw('text', { x: Math.min(Math.max(x(at), left + 14), width - 24), y: height - 4, 'text-anchor': 'middle' }, clock(at, axis.seconds)));
	['p99', 'p95', 'p50'].forEach((name, i) => {
		// a step for each period, as that is what was measured
		const points = known.map((p) => 'M' + x(+new Date(p.from)) + ' ' + y(p[name]) + 'H' + x(+new Date(p.to)));
		let path = '';
		known.forEach((p, k) => { path += (k && new Date(p.from) - new Date(known[k - 1].to) < 2000 ? 'V' + y(p[name]) + 'H' + x(+new Date(p.to)) : points[k]); });
		nodes.push(draw('path', { d: path, class: 'line l' + (i + 1) }));
	});
	return chart(width, height, 'Latency over time', 'Percentiles of the execution time from ' + moment(periods[0].from) + ' on; the 95th is between ' +
		time(Math.min(...known.map((p) => p.p95))) + ' and ' + time(Math.max(...known.map((p) => p.p95))) + '.', nodes);
}

// histogramChart draws calls by execution time, with the percentiles marked.
function histogramChart(bars, marks) {
	const width = chartWidth(0.48), height = 230, left = 46, right = 8, top = 26, bottom = 22;
	const low = Math.floor(Math.log10(bars[0].from) + 1e-9), high = Math.max(Math.ceil(Math.log10(bars[bars.length - 1].to) - 1e-9), low + 1);
	const steps = niceSteps(Math.max(...bars.map((b) => b.calls)), 4, 1), most = steps[steps.length - 1];
	const x = (ms) => left + (Math.log10(ms) - low) / (high - low) * (width - left - right);
	const y = (calls) => height - bottom - calls / most * (height - top - bottom);
	const nodes = steps.map((step) => [draw('line', { x1: left, x2: width - right, y1: y(step), y2: y(step), class: step === 0 ? 'axis' : 'grid' }),
		draw('text', { x: left - 8, y: y(step) + 4, 'text-anchor': 'end' }, short(step))]);
	const skip = width / (high - low + 1) < 52 ? 2 : 1;
	for (let power = low; power <= high; power += skip)
		nodes.push(draw('text', { x: Math.min(x(Math.pow(10, power)), width - 22), y: height - 4, 'text-anchor': 'middle' }, time(Math.pow(10, power))));
	for (const b of bars)
		nodes.push(draw('rect', { x: x(b.from) + 0.5, width: Math.max(x(b.to) - x(b.from) - 1, 1), y: y(b.calls), height: Math.max(height - bottom - y(b.calls), 0.5), class: 'f2' },
			draw('title', null, time(b.from) + ' to ' + time(b.to) + ': ' + plural(b.calls, 'call'))));
	let last = -99;
	for (const [name, ms] of marks) {
		if (!(ms > 0)) continue;
		const at = x(ms);
		nodes.push(draw('line', { x1: at, x2: at, y1: top - 6, y2: height - bottom, class: 'flag' }));
		last = Math.max(at, last + 30);
		nodes.push(draw('text', { x: last, y: top - 12, 'text-anchor': 'middle' }, name));
	}
	return chart(width, height, 'Latencies', 'Calls by execution time; ' + marks.map(([name, ms]) => name + ' ' + time(ms)).join(', ') + '.', nodes);
}

// poolChart draws what was under way in each minute: the mean as bars, the highest as marks.
function poolChart(minutes) {
	const width = chartWidth(0.48), height = 230, from = +new Date(minutes[0].at), to = Math.max(+new Date(minutes[minutes.length - 1].at) + 60000, from + 600000);
	const steps = niceSteps(Math.max(...minutes.map((m) => m.max)), 4, 1), frame = timeFrame(width, height, from, to, steps, short);
	const size = Math.max(frame.x(from + 60000) - frame.x(from), 1), gap = size > 3 ? 1 : 0;
	return chart(width, height, 'Statements under way', 'For each minute from ' + moment(minutes[0].at) + ' on; the most at any moment was ' + Math.max(...minutes.map((m) => m.max)) + '.', frame.nodes,
		minutes.map((m) => draw('g', null, draw('title', null, clock(m.at) + ': ' + digits(m.mean, 2) + ' on average, most ' + m.max + ', ' + plural(m.sessions, 'session')),
			draw('rect', { x: frame.x(+new Date(m.at)), y: frame.y(m.max), width: size - gap, height: frame.bottom - frame.y(m.max), class: 'f5' }),
			draw('rect', { x: frame.x(+new Date(m.at)), y: frame.y(m.mean), width: size - gap, height: frame.bottom - frame.y(m.mean), class: 'f2' }))));
}

// shape is a small histogram of one statement, in the cell of a table.
function shape(histogram, height) {
	const most = Math.max(...histogram, 1), size = 96 / histogram.length;
	return draw('svg', { viewBox: '0 0 96 ' + height, 'aria-hidden': 'true', focusable: 'false', style: { width: '96px' } },
		draw('line', { x1: 0, x2: 96, y1: height - 0.5, y2: height - 0.5, class: 'grid' }),
		histogram.map((calls, i) => calls > 0 && draw('rect', { x: i * size + 0.5, width: size - 1, y: height - Math.max(Math.sqrt(calls / most) * height, 1.5), height: Math.max(Math.sqrt(calls / most) * height, 1.5), class: 'f2' })));
}
