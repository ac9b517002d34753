/** Silence after which the link counts as lost, ms: the server speaks at least every 300 ms. */
const silenceMs = 800;
const retryMs = 700;

/** Where a tab keeps what the token of a link that opens once was exchanged for. */
const kept = "onarm.session";

/**
 * The WebSocket to the run: reconnects by itself, and tells when the link is up, lost or ended. A token that is refused, because its link was
 * used before, is tried in turn with the session that this tab was given then.
 * @param {string} token
 * @param {{ message: (message: any) => void, status: (status: "connecting" | "up" | "lost" | "refused" | "ended", age: number) => void }} on
 */
export function link(token, on) {
  /** @type {WebSocket | undefined} */
  let socket;
  let heardAt = 0;
  let wasUp = false;
  let ended = false;
  let credential = token;
  const age = () => (wasUp ? (performance.now() - heardAt) / 1000 : NaN);

  const open = () => {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const mine = new WebSocket(`${scheme}://${location.host}/ws?token=${encodeURIComponent(credential)}`, "onarm.v1");
    let opened = false;
    socket = mine;
    mine.onopen = () => (opened = true);
    mine.onmessage = ({ data }) => {
      if (socket !== mine) return;
      heardAt = performance.now();
      wasUp = true;
      const message = JSON.parse(data);
      if (message.session) sessionStorage.setItem(kept, (credential = message.session));
      // What let us in once does so again; the other one never will.
      token = credential;
      on.message(message);
      on.status("up", 0);
    };
    mine.onclose = ({ code }) => {
      if (socket !== mine) return;
      socket = undefined;
      ended = code === 1001;
      if (!opened) credential = credential === token ? (sessionStorage.getItem(kept) ?? token) : token;
      on.status(ended ? "ended" : wasUp ? "lost" : opened ? "connecting" : "refused", age());
      if (!ended) setTimeout(open, retryMs);
    };
  };

  setInterval(() => {
    if (ended || !wasUp || performance.now() - heardAt < silenceMs) return;
    on.status("lost", age());
    // A link that hangs half-open does not come back: a new one is tried.
    if (socket && performance.now() - heardAt > 3000) {
      const old = socket;
      socket = undefined;
      old.close();
      heardAt = performance.now() - silenceMs;
      open();
    }
  }, 100);
  open();

  return {
    /** Sends at once or not at all: nothing is queued toward an arm. @param {object} message @returns {boolean} whether it was sent */
    send(message) {
      if (socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
  };
}
