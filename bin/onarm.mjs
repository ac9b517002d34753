#!/usr/bin/env node
import "./node-version.mjs";

// The source runs as it is: tsx strips the types while loading. The verb lives in this very process, so that a signal reaches it first.
const { register } = await import("tsx/esm/api");
register();
await import("../launch/main.ts");
