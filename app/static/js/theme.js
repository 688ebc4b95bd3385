// Runs before anything is painted: the theme chosen before, else the system's.
(function () {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const read = () => { try { return localStorage.getItem("codered-theme"); } catch { return null; } };
  const apply = () => { root.dataset.theme = read() || (system.matches ? "dark" : "light"); };
  root.dataset.js = "";
  apply();
  const announce = () => { apply(); document.dispatchEvent(new Event("codered:theme")); };
  system.addEventListener("change", announce);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-toggle]");
    if (!button) return;
    try { localStorage.setItem("codered-theme", root.dataset.theme === "dark" ? "light" : "dark"); } catch { return; }
    announce();
  });
})();
