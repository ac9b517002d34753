interface Explained {
  reason?: string;
  readonly type?: string;
  readonly title?: string;
  readonly parent?: Explained;
}

/** Skips a test (from the test or from a `before` hook) and tells the report why: a skipped test without a reason is a hidden one. */
export function skip(context: Mocha.Context, reason: string): never {
  const here = context.test as Explained | undefined;
  const wholeSuite = here?.type === "hook" && here.title?.startsWith('"before all"') === true;
  const about = wholeSuite ? here?.parent : ((context.currentTest as Explained | undefined) ?? here);
  if (about) about.reason = reason;
  context.skip();
}
