package messages

// Lookups are the rules for failed lookups, for the tests.
var Lookups = lookups
