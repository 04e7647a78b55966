/* Runs before the first paint: the look that this browser saw last (theme, text size, density) and the direction of the
   chosen language. */
(function () {
  var root = document.documentElement;
  try {
    var theme = localStorage.getItem('threadline-theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    var size = Number(localStorage.getItem('threadline-text-size'));
    if (size >= 12 && size <= 18 && size !== 14) root.style.fontSize = (size / 14) * 100 + '%';
    if (localStorage.getItem('threadline-density') === 'compact') root.dataset.density = 'compact';
    var locale = localStorage.getItem('threadline-locale');
    if (locale) {
      root.lang = locale;
      root.dir = /^(ar|fa|he|ur)\b/.test(locale) ? 'rtl' : 'ltr';
    }
  } catch {
    /* storage may be closed to us: the system's theme it is */
  }
})();
