// Before anything is painted: the colours that the reader has chosen, or none, and then the system's are followed.
const THEME_KEY = "stepwise-theme";

function setTheme(theme) {
  document.documentElement.style.colorScheme = theme === "light" || theme === "dark" ? theme : "";
}

// Storage may be forbidden altogether; then the choice lasts as long as the page.
function storedTheme() {
  try {
    return localStorage.getItem(THEME_KEY) ?? "system";
  } catch {
    return "system";
  }
}

function storeTheme(theme) {
  try {
    localStorage.setItem(THEME_KEY, theme);
  } catch {
    // Nothing is lost but the memory of it.
  }
}

setTheme(storedTheme());
