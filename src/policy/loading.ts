import { OnarmError } from "../domain/errors.ts";

/**
 * Copies the tensors whose names `wanted` matches into the inputs that are called the same, all or none: who is refused goes on with the
 * weights it had. @throws "policy.shape" for a missing or ill-sized tensor, "policy.nonfinite" for NaN
 */
export function loadInto(
  inputs: Readonly<Record<string, Float32Array>>,
  tensors: Readonly<Record<string, Float32Array>>,
  wanted: RegExp,
): void {
  const copies: (() => void)[] = [];
  for (const [name, view] of Object.entries(inputs)) {
    if (!wanted.test(name)) continue;
    const source = tensors[name];
    if (source?.length !== view.length)
      throw new OnarmError(
        "policy.shape",
        `weights: ${name} has ${source?.length ?? "no"} numbers, ${view.length} are needed; use a bundle of this domain`,
      );
    if (!source.every(Number.isFinite))
      throw new OnarmError("policy.nonfinite", `weights: ${name} holds a number that is not finite; the bundle is refused`);
    copies.push(() => view.set(source));
  }
  copies.forEach((copy) => copy());
}
