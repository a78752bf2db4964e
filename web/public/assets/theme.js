// Before the first paint: the theme this browser was told, else the system's.
(function () {
  var theme = 'system'
  try {
    theme = localStorage.getItem('pryx.theme') || 'system'
  } catch (e) {
    // A browser that keeps nothing follows the system.
  }
  var dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.classList.toggle('dark', dark)
})()
