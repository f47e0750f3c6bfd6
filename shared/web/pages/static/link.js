// Takes the code of a one-time link out of the address, where a history or a screenshot would keep it, and into the form.
const field = document.getElementById("code");
const code = decodeURIComponent(location.hash.slice(1));
if (code) {
  field.value = code;
  history.replaceState(null, "", location.pathname);
  document.getElementById("typed").hidden = true;
  document.getElementById("found").hidden = false;
}
