package messages

// Lookups are the rules of failed look-ups, for the tests.
var Lookups = lookups
