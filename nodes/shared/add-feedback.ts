// Before a training: the pictures that someone marked as normal join those that were collected.
import { type FrontEnd, frontEndDifference } from '../../src/messages';
import type { ExampleSpool } from '../../src/store/example-spool';
import { MarkedNormal } from '../../src/store/feedback-set';

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
  for await (const picture of new MarkedNormal(folder).read(problem => warn(problem.message))) {
    if (frontEndDifference({ ...(JSON.parse(picture.frontEnd) as FrontEnd), shape: picture.shape }, frontEnd)) others++;
    else {
      await spool.append(picture.values);
      added++;
    }
  }
  if (others > 0) {
    warn(`${others} segments marked as normal were made with other spectrogram settings; they were left out.`);
  }
  return added;
}
