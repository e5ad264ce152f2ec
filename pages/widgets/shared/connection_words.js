// What is said while the server cannot be reached: a line at the foot of the page, in our words, that blocks no key.

const WORDS = "The connection to the server is lost. It comes back by itself; points that you type on a film until then are kept and sent.";
const PATIENCE_MS = 1500; // a short gap is not worth a word

function watch() {
  const line = document.createElement("div");
  line.setAttribute("role", "status");
  line.style.cssText = "position:fixed;left:0;right:0;bottom:0;z-index:2000000;padding:0.7rem 1rem;text-align:center;background:#7a4b00;color:#fff;font:15px sans-serif";
  let timer = 0;
  function look() {
    const dialog = [...document.querySelectorAll("[role=dialog]")].find((d) => d.textContent.includes("Connection error"));
    dialog?.querySelector("[aria-label=Close]")?.click(); // Streamlit's own, which speaks of a terminal and takes the keys
    const state = document.querySelector("[data-testid=stApp]")?.dataset.testConnectionState;
    const away = state !== undefined && state !== "CONNECTED";
    if (!away) { clearTimeout(timer); timer = 0; line.remove(); }
    else if (!timer) timer = setTimeout(() => { line.textContent = WORDS; document.body.append(line); }, PATIENCE_MS);
  }
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-test-connection-state"] });
}

export default function () {
  if (document.documentElement.dataset.svhConnection) return;
  document.documentElement.dataset.svhConnection = "watched";
  watch();
}
