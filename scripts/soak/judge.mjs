// What must not grow from the first hours to the last, and what must not go missing.

/** Memory that a process may have more, or less, after days. */
const SHARE = 0.05;
/** Hours whose median stands for the beginning and the end: one hour's memory depends on when garbage was collected. */
const STRETCH = 6;

const median = values => [...values].sort((a, b) => a - b)[values.length >> 1];

/** @returns sentences on what is wrong */
export function judge(hours, { sent, decided, refused, lost, waiting }) {
  const problems = [];
  if (sent !== decided + refused + lost + waiting) problems.push(`${sent} sent, but not as many accounted for`);
  if (refused > 0) problems.push(`${refused} segments were refused`);
  if (waiting > 0) problems.push(`${waiting} segments never came to a decision`);
  if (hours.length < 2 * STRETCH) return problems;
  const [first, last] = [hours.slice(0, STRETCH), hours.slice(-STRETCH)];
  const change = name => {
    const of = stretch => median(stretch.map(hour => hour[name]));
    return [of(first), of(last)];
  };
  const [before, after] = change('rssMb');
  if (Math.abs(after / before - 1) > SHARE) problems.push(`memory went from ${before} to ${after} MB`);
  for (const name of ['threads', 'handles', 'children', 'files']) {
    const [then, now] = change(name);
    if (now > then) problems.push(`${name} went from ${then} to ${now}`);
  }
  return problems;
}
