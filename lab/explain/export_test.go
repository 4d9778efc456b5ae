package explain

// ShowsCause is for tests in package explain_test.
var ShowsCause = showsCause
