import { runProcess } from "../../../launch/process.ts";

/** The real command line over verbs that only a test needs. */
await runProcess(new URL("./verbs/", import.meta.url));
