// Keeps a page current: when the server says that rows changed, fetches the page's fragment and replaces what differs.
// `data-live` names a part, `data-quiet` keeps its change from being marked, `data-whole` holds all but head and filters.
const region = document.getElementById("live");
let busy = false, again = false;

function say(words) {
  const status = document.getElementById("status");
  if (status.textContent !== words) status.textContent = words;
}

const named = (root) => new Map([...root.querySelectorAll("[data-live]")].map((part) => [part.dataset.live, part]));

function replace(fresh) {
  const here = named(region), there = named(fresh);
  if (here.size !== there.size || [...there.keys()].some((name) => !here.has(name))) rebuild(fresh);
  for (const [name, part] of named(fresh)) {
    const old = here.get(name);
    if (old.innerHTML === part.innerHTML) continue;
    if (old.localName === "form") refill(old, part);
    else update(old, part);
  }
}

// The page has other parts than before: what it says is replaced whole, and its details stay open.
function rebuild(fresh) {
  const whole = region.querySelector("[data-whole]");
  const open = whole.querySelector("details")?.open;
  whole.replaceChildren(...fresh.querySelector("[data-whole]").childNodes);
  if (open) whole.querySelector("details")?.setAttribute("open", "");
}

// New choices: what was chosen or typed stays, and nothing moves under whoever is choosing.
function refill(form, part) {
  if (form.contains(document.activeElement)) return;
  const kept = new FormData(form);
  form.replaceChildren(...part.childNodes);
  for (const [name, value] of kept) form.elements[name].value = value;
}

function update(old, part) {
  old.className = part.className;
  old.replaceChildren(...part.childNodes);
  if ("quiet" in part.dataset) return;
  void old.offsetWidth;
  old.classList.add("changed");
  setTimeout(() => old.classList.remove("changed"), 2500);
}

async function refresh() {
  if (document.hidden || busy) {
    again = true;
    return;
  }
  busy = true;
  again = false;
  try {
    const address = new URL(location.href);
    address.searchParams.set("fragment", "1");
    const answer = await fetch(address);
    if (!answer.ok) throw answer.status;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    replace(fresh);
    say("En direct");
  } catch (why) {
    say(why === 401 ? "Vous n’êtes plus connecté : rechargez la page" : "Le direct est interrompu : ces chiffres datent un peu");
  }
  busy = false;
  if (again && !document.hidden) refresh();
}

const SOONEST = 2000, LATEST = 60000;
let delay = SOONEST;

// The browser listens again by itself, but not after an answer that is a refusal or a breakdown.
function listen() {
  const events = new EventSource(region.dataset.events);
  events.addEventListener("open", () => { delay = SOONEST; refresh(); });
  events.addEventListener("changed", refresh);
  events.addEventListener("error", () => {
    if (events.readyState !== EventSource.CLOSED) return say("Le direct est interrompu, on réessaie");
    say("Le direct est interrompu, on réessaie ; si cela dure, rechargez la page");
    setTimeout(listen, delay);
    delay = Math.min(2 * delay, LATEST);
  });
}

listen();
document.addEventListener("visibilitychange", () => { if (again) refresh(); });
