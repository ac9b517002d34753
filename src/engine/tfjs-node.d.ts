// An optional peer: typed here so that the sources compile where it is not installed.
declare module "@tensorflow/tfjs-node";
