export const FIRST_SCENARIO: unknown = { name: 'first-election', servers: 5, steps: [{ start: 'all' }] };
