// Before a training: the examples of the feedback set join those that were collected.
import { type FrontEnd, frontEndDifference } from '../../src/messages';
import type { ExampleSpool } from '../../src/store/example-spool';
import { FeedbackSet } from '../../src/store/feedback-set';

/**
 * @param folder of the model
 * @param warn is told of what could not be used
 * @returns how many were added
 */
export async function addFeedback(
  spool: ExampleSpool,
  frontEnd: FrontEnd,
  folder: string,
  warn: (text: string) => void,
): Promise<number> {
  let [added, others] = [0, 0];
  for await (const example of new FeedbackSet(folder).read(problem => warn(problem.message))) {
    if (frontEndDifference({ ...(JSON.parse(example.frontEnd) as FrontEnd), shape: example.shape }, frontEnd)) others++;
    else {
      await spool.append(example.values);
      added++;
    }
  }
  if (others > 0) {
    warn(`${others} segments marked as normal were made with other spectrogram settings; they were left out.`);
  }
  return added;
}
