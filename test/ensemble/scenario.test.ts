import { describe, expect, it } from 'vitest';
import { parseScenario, parseScenarioText, ScenarioError } from '../../src/ensemble/scenario.ts';
import { LIMITS } from '../../src/ensemble/steps.ts';
import { parseCommand } from '../../src/ensemble/commandSchema.ts';
import { openRecording, recordingNames, textOf } from '../golden/archive.ts';

const wrong = (value: unknown): string => {
  try {
    parseScenario(value, 'mine.json');
  } catch (error) {
    if (error instanceof ScenarioError) return error.message;
    throw error;
  }
  throw new Error('this scenario was accepted');
};
const three = (...steps: unknown[]) => ({ servers: 3, steps });

describe('a scenario that is wrong says where and what was expected', () => {
  it.each([
    ['not an object', [1], 'mine.json: expected a scenario'],
    ['zero servers', { servers: 0 }, 'mine.json: servers: expected at least one server'],
    ['no servers at all', {}, 'servers: expected a number of servers'],
    ['more than nine', { servers: 10 }, 'servers: expected at most 9 servers, got 10'],
    ['servers as text', { servers: 'three' }, 'servers: expected a number'],
    ['a duplicate sid', { members: [{ sid: 1 }, { sid: 2 }, { sid: 1 }] }, 'members[2].sid: sid 1 is taken by members[0]'],
    [
      'all weights zero',
      {
        members: [
          { sid: 1, weight: 0, group: 1 },
          { sid: 2, weight: 0, group: 1 },
        ],
      },
      'members[0].weight: all weights are zero',
    ],
    ['a voter without a group', { members: [{ sid: 1, group: 1 }, { sid: 2 }] }, 'members[1].group: expected a group'],
    ['weights without groups', { members: [{ sid: 1, weight: 2 }, { sid: 2 }] }, 'members[0].weight: weights are used only with groups'],
    ['observers only', { servers: 1, observers: [1] }, 'observers: expected at least one server that is not an observer'],
    ['an observer that is not there', { servers: 3, observers: [4] }, 'observers[0]: there is no server 4'],
    ['an unknown step', three({ start: 'all' }, { kil: 3 }), 'steps[1]: unknown step {"kil"}'],
    ['a step that is no object', three('kill 3'), 'steps[0]: expected a step'],
    ['an action on an unknown server', three({ kill: 7 }), 'steps[0].kill: there is no server 7; the servers are 1, 2, 3'],
    ['an unknown server in a list', three({ partition: [[1, 2], [4]] }), 'steps[0].partition: there is no server 4'],
    ['an unknown server in a command', three({ command: { type: 'kill', sid: 5 } }), 'steps[0].command: there is no server 5'],
    ['an unknown command', three({ command: { type: 'explode', sid: 1 } }), 'steps[0].command.type'],
    [
      'a time in the past',
      three({ at: 3000, kill: 3 }, { at: 2000, start: 3 }),
      'steps[1].at: 2000 ms is in the past: steps[0] is due at 3000 ms',
    ],
    ['a negative time', three({ at: -1, kill: 3 }), 'steps[0].at: expected a number of ms'],
    ['a name nobody remembered', three({ kill: '$L' }), 'steps[0].kill: $L is not known here'],
    ['a selector that is no word', three({ kill: 'boss' }), 'steps[0].kill: expected a server'],
    ['an unknown condition', three({ wait: 'peace' }), 'steps[0].wait: expected one of quorum'],
    [
      'an operation without a path',
      three({ op: 'connect', session: 'c' }, { op: 'create', session: 'c' }),
      'steps[1].path: expected a path for create',
    ],
    ['an operation of nobody', three({ op: 'create', session: 'c', path: '/a' }), 'steps[0].session: there is no session "c" here'],
    ['an unknown operation', three({ op: 'chmod', session: 'c' }), 'steps[0].op: expected one of connect'],
    ['too many steps', three(...Array.from({ length: LIMITS.steps + 1 }, () => ({ sleep: 1 }))), 'steps: expected at most'],
    ['a burst without end', three({ op: 'burst', session: 'c', path: '/q', count: 1e9 }), 'steps[0].count: expected a whole number'],
    ['a knob that is no number', { servers: 1, cfg: { tickTime: 'soon' } }, 'cfg.tickTime: expected a number from 10'],
    ['a property out of range', { servers: 1, jvm: ['-Dzookeeper.snapshotSizeFactor=lots'] }, 'jvm[0]: expected a number'],
    ['an unknown profile', { servers: 1, profile: '2.1' }, 'profile: expected one of 3.8.0'],
  ])('%s', (_, value, message) => {
    expect(wrong(value)).toContain(message);
  });

  it('text that is not JSON, or cut anywhere', () => {
    const whole = JSON.stringify(three({ start: 'all' }));
    for (let cut = 0; cut < whole.length; cut++) expect(() => parseScenarioText(whole.slice(0, cut), 'cut.json')).toThrow(ScenarioError);
    expect(parseScenarioText(whole, 'cut.json').members).toHaveLength(3);
  });

  it('text that is too long is not even parsed', () => {
    expect(() => parseScenarioText(' '.repeat(LIMITS.text + 1), 'big.json')).toThrow('big.json: the text has');
  });
});

describe('a scenario', () => {
  it('takes zoo.cfg knobs and system properties', () => {
    const { config } = parseScenario(
      {
        servers: 3,
        cfg: { snapCount: 20, 'autopurge.snapRetainCount': 3, 'autopurge.purgeInterval': 1, admin: 'x' },
        jvm: ['-Dzookeeper.snapshotSizeFactor=-1', '-Xmx1g'],
      },
      'a',
    );
    expect(config).toMatchObject({ snapCount: 20, snapshotSizeFactor: -1, tickTimeMs: 500, autopurge: { retain: 3, intervalHours: 1 } });
  });

  it('names the first known key of a step its action, and ignores unknown keys', () => {
    const { steps } = parseScenario(
      three({ op: 'connect', session: 'c', to: 1 }, { op: 'create', session: 'c', path: '/a', wait: 5, colour: 'red' }, { wait: 'quorum' }),
      'a',
    );
    expect(steps.map(({ action }) => action)).toEqual(['op', 'op', 'wait']);
  });

  it('accepts every recording as it is', () => {
    const names = recordingNames();
    for (const name of names) expect(parseScenarioText(textOf(openRecording(name), 'scenario.json'), name).name).toBe(name);
    expect(names.length).toBeGreaterThan(40);
  });
});

describe('a command from outside', () => {
  it('may carry a request whose data is text', () => {
    const command = parseCommand({ type: 'request', client: 1, request: { op: 'create', path: '/a', data: 'x' } }, 'page');
    expect(command).toMatchObject({ request: { mode: 'persistent', data: new Uint8Array([120]) } });
  });
  it('is refused with the field that is wrong', () => {
    expect(() => parseCommand({ type: 'cut', from: 1 }, 'page')).toThrow('page: to: this field is missing');
    expect(() => parseCommand({ type: 'kill', sid: 9 }, 'page', '', [1, 2, 3])).toThrow('there is no server 9');
  });
});
