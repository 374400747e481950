// Visa för kund: while this phone is a customer's, kvar.js lists nothing of what the firm typed and has not saved.
localStorage.held = 1;
