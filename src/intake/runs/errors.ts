/** Why a link or a file with a run cannot be opened. */
export type RunProblem =
  /** Made by a later version, which writes what this one does not know. */
  | 'newer'
  /** Its end is missing. */
  | 'cut'
  /** It is no link or file of this kind, or bytes in it are wrong. */
  | 'damaged'
  /** More than is read. */
  | 'tooLarge'
  /** A ready scenario or lesson of that name is not known here. */
  | 'unknownScenario'
  /** A field has a wrong value. */
  | 'wrong'
  /** This release plays the run so differently that its commands make no sense. */
  | 'differs';

/** `message` is a sentence for people; `problem` lets a page say it in another language. */
export class RunError extends Error {
  readonly problem: RunProblem;
  /** What the run comes from: a file's name, or "the link". */
  readonly source: string;
  /** Path of the field that is wrong, such as `branches[1].commands[3]`; empty if it is not about a field. */
  readonly path: string;
  /** Names or numbers of the sentence: the unknown scenario, the version, what was expected. */
  readonly what: string;

  constructor(problem: RunProblem, source: string, message: string, path = '', what = '') {
    super(`${source}: ${message}`);
    this.name = 'RunError';
    this.problem = problem;
    this.source = source;
    this.path = path;
    this.what = what;
  }
}
