import type { Bundle } from "../src/policy/bundle.ts";
import { Recall } from "../src/policy/recall.ts";

/** What a bundle's exploration remembers, ready to be asked; undefined for one that explores under the prior. */
export async function recallOf({ manifest, spec, tensors }: Bundle): Promise<Recall | undefined> {
  const { nets, head, metaTest } = manifest;
  if (!metaTest.recall || head === "none") return undefined;
  const recall = await Recall.create(spec, nets, head, metaTest.recall.near);
  recall.load(tensors);
  return recall;
}
