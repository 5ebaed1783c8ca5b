module.exports = require('@invorto/server');
