/**
 * The token by which this page was opened. It comes in the address and leaves it at once, so that it is not read over a shoulder or kept in a bookmark;
 * the tab keeps it for a reload.
 */
export function entryToken() {
  const address = new URL(location.href);
  const token = address.searchParams.get("token") ?? sessionStorage.getItem("onarm.token") ?? "";
  sessionStorage.setItem("onarm.token", token);
  address.searchParams.delete("token");
  history.replaceState(null, "", address);
  return token;
}
