import Table from 'cli-table3';

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const made = new Table({ head: [...head], style: { head: [], border: [] } });
  made.push(...rows.map((row) => [...row]));
  return made.toString();
}

export function fixed(value: number): string {
  return value.toFixed(2);
}

export function rate(value: number): string {
  return Math.round(value).toLocaleString('en');
}
