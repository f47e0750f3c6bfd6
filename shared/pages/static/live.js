// Keeps a page current: when the server says that rows changed, fetches the page's fragment and replaces what differs.
const region = document.getElementById("live");
let busy = false, again = false;

function say(words) {
  const status = document.getElementById("status");
  if (status && status.textContent !== words) {
    status.textContent = words;
    status.hidden = !words;
  }
}

function replace(fresh) {
  const named = (root) => new Map([...root.querySelectorAll("[data-live]")].map((part) => [part.dataset.live, part]));
  const here = named(region), there = named(fresh);
  if (here.size !== there.size || [...there.keys()].some((name) => !here.has(name))) {
    const open = region.querySelector("details")?.open;
    region.replaceChildren(...fresh.childNodes);
    const details = region.querySelector("details");
    if (details && open) details.open = true;
    return;
  }
  for (const [name, part] of there) {
    const old = here.get(name);
    const status = old.querySelector("#status");
    if (status) part.querySelector("#status")?.replaceWith(status.cloneNode(true));
    if (old.innerHTML === part.innerHTML) continue;
    old.replaceChildren(...part.childNodes);
    if (name === "when") continue;
    old.classList.remove("changed");
    void old.offsetWidth;
    old.classList.add("changed");
    setTimeout(() => old.classList.remove("changed"), 2500);
  }
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
    if (!answer.ok) throw new Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    replace(fresh);
    say("En direct");
  } catch {
    say("Le direct est interrompu : ces chiffres datent un peu");
  }
  busy = false;
  if (again && !document.hidden) refresh();
}

const events = new EventSource("/events");
events.addEventListener("open", refresh);
events.addEventListener("changed", refresh);
events.addEventListener("error", () => say("Le direct est interrompu, on réessaie"));
document.addEventListener("visibilitychange", () => { if (again) refresh(); });
