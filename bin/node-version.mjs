import process from "node:process";

const [major, minor] = process.versions.node.split(".").map(Number);
if (!(major > 20 || (major === 20 && minor >= 20))) {
  process.stderr.write(
    `onarm: needs Node 20.20 or newer and this is ${process.versions.node}; install a newer Node and run the command again\n`,
  );
  process.exit(2);
}
