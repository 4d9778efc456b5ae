// axios, with an https.Agent of Node's, as its documentation has it.
const axios = load('axios');
const https = require('https');

async function get(request, options) {
  const response = await axios.get(request.url, {
    httpsAgent: new https.Agent(options),
    timeout: request.timeout_ms,
    maxRedirects: 0,
    validateStatus: null,
    proxy: false, // a user's settings change nothing
  });
  return response.status;
}

return {
  version: axios.VERSION,
  variants: {
    'default': (request) => get(request, tlsOptions(request)),
    'insecure': (request) => get(request, {...tlsOptions(request), rejectUnauthorized: false}),
  },
};
