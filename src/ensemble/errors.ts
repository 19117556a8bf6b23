import type { Sid } from '../base/ids.ts';
import type { Input } from '../zab/types.ts';

/** A command that makes no sense now. `message` is a sentence for people; `field` is the field of the command that is wrong. */
export class CommandError extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.name = 'CommandError';
    this.field = field;
  }
}

/** A recorded run cannot be played again here: a command's place never comes. `message` ends a sentence that says what was being opened. */
export class ReplayError extends Error {
  /** Which command, from 0; the number of commands if all were given. */
  readonly command: number;

  constructor(command: number, message: string) {
    super(message);
    this.name = 'ReplayError';
    this.command = command;
  }
}

/** A server core failed in its host: a defect of Zablab. The trace is whole up to the event before. */
export class HostError extends Error {
  readonly sid: Sid;
  /** Position that the event would have had in the trace. */
  readonly position: number;
  readonly input: Input;

  constructor(sid: Sid, position: number, input: Input, reason: string) {
    super(
      `Server ${sid} failed at event ${position}, on input "${describe(input)}": ${reason}. The run is intact up to the event before; rewind to go on from there.`,
    );
    this.name = 'HostError';
    this.sid = sid;
    this.position = position;
    this.input = input;
  }
}

function describe(input: Input): string {
  if (input.type === 'receive') return `receive ${input.message.kind}`;
  return input.type === 'timer' ? `timer ${input.timer}` : input.type;
}
