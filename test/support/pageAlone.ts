import { openPage } from "../../launch/page.ts";
import { sawyer } from "../../robot/description/sawyer.ts";

/** Entry of a run that does nothing but show its page, until its parent lets go. "kill": the page's process dies. */
const page = await openPage({ port: 0, description: sawyer }, (line) => process.stderr.write(`${line}\n`));
process.on("message", (message) => {
  if (message === "kill") process.kill(page.pid!, "SIGKILL");
});
process.on("disconnect", () => void page.close().then(() => process.exit(0)));
