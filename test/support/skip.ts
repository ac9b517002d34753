/** Skips a test (from the test or from a `before` hook) and tells the report why: a skipped test without a reason is a hidden one. */
export function skip(context: Mocha.Context, reason: string): never {
  const about = (context.currentTest ?? context.test) as
    { reason?: string; type?: string; parent?: { reason?: string } } | undefined;
  if (about?.type === "hook" && about.parent) about.parent.reason = reason;
  else if (about) about.reason = reason;
  context.skip();
}
