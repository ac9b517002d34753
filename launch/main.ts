import { runProcess } from "./process.ts";

await runProcess(new URL("./verbs/", import.meta.url));
