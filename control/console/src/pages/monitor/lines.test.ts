import { describe, expect, it } from 'vitest';
import type { Charts } from '../../api/types';
import { extentOf, hasTraffic, latest, partPanels, quantileTitle, subjectsOf, timesOf, valueNow, wholePanels } from './lines';

const charts: Charts = {
  step: 10,
  start: '2026-01-31T08:15:30.000Z',
  markers: [],
  series: [
    { name: 'latency', labels: { quantile: '0.99' }, values: [null, 0.2] },
    { name: 'latency', labels: { quantile: '0.5' }, values: [null, 0.1] },
    { name: 'latency', labels: { quantile: '0.5', replica: 'a-10' }, values: [null, 0.3] },
    { name: 'predict_qps', labels: { image: 'demo/iris', version: '2.0' }, values: [1, 2] },
    { name: 'predict_qps', labels: { image: 'demo/iris', version: '' }, values: [1, 2] },
    { name: 'queue_depth', labels: {}, values: [7, 8] },
    { name: 'qps', labels: {}, values: [0, 2.5] },
    { name: 'qps', labels: { replica: 'a-10' }, values: [1, 2] },
    { name: 'qps', labels: { replica: 'a-9' }, values: [1, null] },
    { name: 'qps', labels: { client: 'other' }, values: [1, 4] },
    { name: 'qps', labels: { client: 'app' }, values: [1, 4] },
    { name: 'answers', labels: { client: 'app', class: '4xx' }, values: [0, 1] },
  ],
};

describe('lines', () => {
  it('makes a chart of each name, known ones first, unknown ones by their name', () => {
    const panels = wholePanels(charts);
    expect(panels.map((panel) => panel.title)).toEqual(['QPS', 'Predict QPS', 'Latency', 'queue_depth']);
    expect(panels[1]?.lines.map((line) => line.title)).toEqual(['demo/iris', 'demo/iris:2.0']);
    expect(panels[2]?.lines.map((line) => line.title)).toEqual(['p50', 'p99']);
    expect(panels[3]?.unit).toBe('plain');
  });

  it('makes a chart of each name, with a line for each part of the deployment', () => {
    const replicas = partPanels(charts, 'replica');
    expect(replicas.map((panel) => panel.title)).toEqual(['QPS', 'Latency p50']);
    expect(replicas[0]?.lines.map((line) => line.title)).toEqual(['a-9', 'a-10']);
    expect(subjectsOf(replicas)).toEqual(['a-9', 'a-10']);
    expect(valueNow(replicas, 'latency p50', 'a-10')).toBe(0.3);
    expect(valueNow(replicas, 'latency p50', 'a-9')).toBeNull();
  });

  it('takes lines of clients as they come, whatever else labels them', () => {
    const clients = partPanels(charts, 'client');
    expect(clients.map((panel) => panel.title)).toEqual(['QPS', 'answers 4xx']);
    expect(clients[0]?.lines.map((line) => line.title)).toEqual(['app', 'other']);
  });

  it('tells quantiles as people do', () => {
    expect(['0.5', '0.75', '0.99', '0.999'].map(quantileTitle)).toEqual(['p50', 'p75', 'p99', 'p99.9']);
  });

  it('has no newest value where nothing came lately', () => {
    expect(latest([1, 2, null])).toBe(2);
    expect(latest([1, null, null, null])).toBeNull();
    expect(latest([])).toBeNull();
  });

  it('knows how far lines reach, and when', () => {
    expect(extentOf([{ title: '', values: [null, 3] }, { title: '', values: [-1, null] }])).toEqual({ least: -1, most: 3 });
    expect(extentOf([])).toEqual({ least: null, most: null });
    const [first, second, ...more] = timesOf(charts);
    expect((second ?? 0) - (first ?? 0)).toBe(10);
    expect(more).toEqual([]);
  });

  it('sees whether there were requests', () => {
    expect(hasTraffic(wholePanels(charts))).toBe(true);
    expect(hasTraffic(wholePanels({ ...charts, series: [{ name: 'qps', labels: {}, values: [0, null] }] }))).toBe(false);
  });
});
