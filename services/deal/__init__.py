"""The customer's side of a quote: the link, the page, the approval, the withdrawal. The firm's answers to them too."""
