/// What a busy deployment's charts could be: every line that the program knows, one that this console does not know,
/// gaps, an update in the middle. The same at each call, but for the time.
export function fullCharts() {
  const steps = 90;
  const start = Math.floor(Date.now() / 10_000) * 10_000 - steps * 10_000;
  const wave = (base, swing, shift = 0) => Array.from({ length: steps }, (_, step) => Math.max(0, base + swing * Math.sin(step / 7 + shift) + swing * 0.35 * Math.sin(step * 1.7 + shift)));
  const from = (values, first, last = steps) => values.map((value, step) => (step >= first && step < last ? value : null));
  const spikes = (height, ...at) => Array.from({ length: steps }, (_, step) => (at.includes(step) ? height : 0));
  const line = (name, labels, values) => ({ name, labels, values });
  const quantiles = { 0.5: 0.004, 0.75: 0.009, 0.9: 0.016, 0.95: 0.025, 0.99: 0.06 };
  const replicas = [
    ['deploy-iris-r1-0', 0, 52],
    ['deploy-iris-r2-0', 48, steps],
    ['deploy-iris-r2-1', 50, steps],
  ];
  const clients = ['batch', 'mobile-app', 'web_shop_with_a_long_name', 'other'];
  return {
    step: 10,
    start: new Date(start).toISOString(),
    markers: [
      { at: new Date(start + 480_000).toISOString(), revision: 2, by: 'admin', message: 'One is enough' },
      { at: new Date(start + 700_000).toISOString(), revision: 3, by: 'somebody-with-a-long-name@example.com', message: 'Neighbours, not softmax: half the errors on the hold-out set' },
    ],
    series: [
      line('qps', {}, wave(42, 12)),
      line('success', {}, spikes(1).map((_, step) => ([20, 21, 50].includes(step) ? 0.93 : 1))),
      line('4xx', {}, spikes(1.2, 12, 13, 60)),
      line('5xx', {}, spikes(3.1, 20, 21, 50)),
      line('reward', {}, from(wave(0.7, 0.15), 30)),
      line('in_flight', {}, wave(3, 2).map(Math.round)),
      line('queue_depth', {}, wave(2, 2).map(Math.round)),
      line('predict_qps', { image: 'demo/iris', version: '1.0' }, from(wave(42, 12), 0, 52)),
      line('predict_qps', { image: 'demo/iris', version: '2.0' }, from(wave(42, 12), 49)),
      ...Object.entries(quantiles).map(([quantile, base]) => line('latency', { quantile }, wave(base, base / 4, base))),
      ...replicas.flatMap(([replica, first, last], index) => [
        line('qps', { replica }, from(wave(21, 6, index), first, last)),
        line('success', { replica }, from(wave(1, 0), first, last)),
        line('4xx', { replica }, from(wave(0, 0), first, last)),
        line('5xx', { replica }, from(spikes(1.5, 50), first, last)),
        line('in_flight', { replica }, from(wave(2, 1, index).map(Math.round), first, last)),
        line('cpu', { replica }, from(wave(0.18, 0.07, index), first, last)),
        line('memory', { replica }, from(wave(90e6, 4e6, index), first, last)),
        ...Object.entries(quantiles).map(([quantile, base]) => line('latency', { quantile, replica }, from(wave(base, base / 4, index), first, last))),
      ]),
      ...clients.flatMap((client, index) => [
        line('qps', { client }, wave(12 - 3 * index, 3, index)),
        line('success', { client }, wave(1, 0)),
        line('4xx', { client }, spikes(1.2 - index / 4, 12 + index, 60)),
        line('5xx', { client }, spikes(1, 20 + index, 50)),
        line('in_flight', { client }, wave(2, 1, index).map(Math.round)),
        ...Object.entries(quantiles).map(([quantile, base]) => line('latency', { quantile, client }, wave(base, base / 4, index))),
        ...(index === 1 ? [line('reward', { client }, from(wave(0.7, 0.15), 30))] : []),
      ]),
    ],
  };
}
