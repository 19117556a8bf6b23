/** A scenario that is wrong: says where it came from, which field, and what was expected there. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  /** File name, link, or whatever else names the text. */
  readonly source: string;
  /** JSON path of the field, such as `steps[3].kill`; empty for the whole. */
  readonly path: string;

  constructor(source: string, path: string, expected: string) {
    super(`${source}${path === '' ? '' : `: ${path}`}: ${expected}`);
    this.source = source;
    this.path = path;
  }
}
