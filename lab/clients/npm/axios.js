// axios with Node's https.Agent, as its documentation recommends.
const axios = load('axios');
const https = require('https');

async function get(request, options) {
  const response = await axios.get(request.url, {
    httpsAgent: new https.Agent(options),
    timeout: request.timeout_ms,
    maxRedirects: 0,
    validateStatus: null,
    proxy: false, // a user's settings have no effect
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
