import { expect, test } from 'vitest';
import { shortLine } from '../../../src/app/intake/shortLine.ts';

test.each([
  [
    '2026-11-20 23:22:59,087 [myid:1] - INFO  [main:QuorumPeerConfig@177] - Reading configuration from: zoo.cfg',
    '23:22:59,087',
    'INFO',
    'Reading configuration from: zoo.cfg',
  ],
  [
    '2024-01-05 10:11:12,345 [myid:2] - WARN  [WorkerSender[myid=2]:QuorumCnxManager@382] - Cannot open channel to 3 at election address /10.0.0.3:3888',
    '10:11:12,345',
    'WARN',
    'Cannot open channel to 3 at election address /10.0.0.3:3888',
  ],
  ['java.net.ConnectException: Connection refused', '', '', 'java.net.ConnectException: Connection refused'],
  ['\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)', '', '', '\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)'],
  ['an INFO without a time', '', '', 'an INFO without a time'],
  ['', '', '', ''],
])('%s', (line, time, level, text) => {
  expect(shortLine(line)).toEqual({ time, level, text });
});

test('a line of a million characters is cut', () => {
  expect(shortLine('x'.repeat(1_000_000)).text.length).toBeLessThan(1000);
});
