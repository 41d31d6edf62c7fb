"""PDFs in Chinese by typst: a template per form, data passed as JSON and therefore inert."""
