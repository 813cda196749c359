"""The patient's own page: the explained bill behind a signed link, and what a patient may ask for there."""
