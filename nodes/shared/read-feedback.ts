// What a training learns from beside what was collected for it: the examples of the feedback set.
import { type FrontEnd, frontEndDifference } from '../../src/messages';
import { ExampleSpool } from '../../src/store/example-spool';
import { FeedbackSet } from '../../src/store/feedback-set';

/**
 * Reads those that are of the kind that was collected.
 * @param folder of the model
 * @param warn is told of what could not be used
 * @returns a spool of their own, so that what was collected stays what it is should the training not come about
 */
export async function readFeedback(
  frontEnd: FrontEnd,
  folder: string,
  warn: (text: string) => void,
): Promise<ExampleSpool> {
  const [bins, frames] = frontEnd.shape;
  const spool = new ExampleSpool({ folder, exampleLength: bins * frames });
  let others = 0;
  try {
    for await (const example of new FeedbackSet(folder).read(problem => warn(problem.message))) {
      if (frontEndDifference(example.frontEnd, frontEnd)) others++;
      else await spool.append(example.values);
    }
  } catch (thrown) {
    await spool.discard();
    throw thrown;
  }
  if (others > 0) {
    warn(`${others} segments marked as normal were made with other spectrogram settings; they were left out.`);
  }
  return spool;
}
