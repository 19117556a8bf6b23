import { initialFiles } from './scripts/lib/initialFiles.mjs';

export default [{ name: 'JavaScript and CSS before the first election is visible', path: initialFiles(), gzip: true, limit: '150 kB' }];
