"""What the panel works with: the toolbar's store, what is kept in it, and the files of the page."""
