// What scrolls sideways on a phone takes the arrow keys, too (WCAG 2.2, 2.1.1). The theme wraps tables when it likes.
new MutationObserver(() => {
  for (const table of document.querySelectorAll(".md-typeset__scrollwrap:not([tabindex])")) {
    table.tabIndex = 0
  }
}).observe(document.body, { childList: true, subtree: true })
