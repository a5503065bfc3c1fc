"""One file a page; each runs anew whenever its page is shown."""
