/* Runs before the first paint: the theme chosen by hand (none: the system's) and the direction of the chosen language. */
(function () {
  var root = document.documentElement;
  try {
    var theme = localStorage.getItem('threadline-theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    var locale = localStorage.getItem('threadline-locale');
    if (locale) {
      root.lang = locale;
      root.dir = /^(ar|fa|he|ur)\b/.test(locale) ? 'rtl' : 'ltr';
    }
  } catch {
    /* storage may be closed to us: the system's theme it is */
  }
})();
