'use strict'

// Nest: the server is app.getHttpServer(). Timeouts set on the Express app that Nest wraps
// would be without effect. Plain JavaScript, so that it runs without a build step.
//
//   LB_SAFE_TIMEOUTS_LB=aws-alb node nest.js

require('reflect-metadata')
const { Controller, Get, Module } = require('@nestjs/common')
const { NestFactory } = require('@nestjs/core')
const { applyLbSafeTimeouts } = require('lb-safe-timeouts')

const { HOST = '127.0.0.1', PORT = 3000 } = process.env

class HelloController {
  hello () {
    return 'hello\n'
  }
}
Controller()(HelloController)
Get()(HelloController.prototype, 'hello', Object.getOwnPropertyDescriptor(HelloController.prototype, 'hello'))

class AppModule {}
Module({ controllers: [HelloController] })(AppModule)

async function bootstrap () {
  const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] })
  applyLbSafeTimeouts(app.getHttpServer())
  await app.listen(PORT, HOST)
  console.log(`listening on http://${HOST}:${app.getHttpServer().address().port}`)
}
bootstrap()
