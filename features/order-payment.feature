@payment @callback @saga
Feature: An order is charged and dispatched, or undone
  A shop reserves stock, charges the customer and waits until the warehouse returns the task token. When something
  fails, the payment is refunded, the stock released and somebody told.

  Rule: The first version looks careful and is not

    Background:
      Given the state machine "../scenarios/order-payment/flawed.asl.json"

    Scenario: An order is dispatched
      When nothing goes wrong
      Then the execution succeeds
      And the execution takes this route:
        | ReserveStock   |
        | ChargeCustomer |
        | AwaitDispatch  |
        | OrderComplete  |
      And the output at $.dispatch.parcelId is "parcel-9"

    Scenario: A declined payment gives the stock back and refunds nothing
      When ChargeCustomer fails with PaymentDeclined
      Then ChargeCustomer catches PaymentDeclined and goes to ReleaseStock
      And RefundPayment is never entered
      And the execution fails with OrderCancelled

    @slow
    Scenario: The silence of the warehouse escapes the catcher, and the customer stays charged
      States.TaskFailed matches every error but States.Timeout.
      When nobody answers the task token of AwaitDispatch
      Then AwaitDispatch is attempted twice
      And States.Timeout escapes AwaitDispatch
      And the execution fails with States.Timeout
      And RefundPayment is never entered
      And there is a high finding of failure-uncaught at AwaitDispatch

    @slow
    Scenario: Asking the warehouse again sends a second parcel
      When nobody answers the task token of AwaitDispatch once
      Then the execution succeeds
      And AwaitDispatch takes effect twice
      And there is a critical finding of effect-repeated at AwaitDispatch

    Scenario: A misspelt prefix keeps throttling from being retried
      The retrier says `DynamoDb.`, this integration reports `DynamoDB.`.
      When ReserveStock is throttled once
      Then ReserveStock is attempted once
      And the execution fails with DynamoDB.ProvisionedThroughputExceededException
      And there is a finding of error-name-never-matches at ReserveStock
      And there is a finding of transient-not-retried at ReserveStock

    Scenario: A redrive takes the order up where it failed
      When ReserveStock is throttled once
      And the execution is redriven
      Then ReserveStock is attempted twice
      And ChargeCustomer takes effect once
      And the execution succeeds

    Scenario: A refund that fails leaves the stock reserved
      When the task token of AwaitDispatch is answered with OutOfStock
      And RefundPayment fails with an unexpected error
      Then RefundPayment is entered
      And ReleaseStock is never entered
      And TellCustomer is never entered
      And there is a high finding of handler-fails at RefundPayment

  Rule: The repaired version undoes what it did, or says what it could not undo

    Background:
      Given the state machine "../scenarios/order-payment/repaired.asl.json"

    Scenario: Throttling passes while it is retried
      When ReserveStock is throttled as often as its retries survive
      Then ReserveStock is retried 5 times
      And the retries of ReserveStock wait at most 2, 4, 8, 16 and 30 seconds
      And the execution succeeds

    Scenario: A charge whose answer is lost every time is refunded
      When ChargeCustomer succeeds but its answer is lost every time
      Then ChargeCustomer is attempted 3 times
      And the states RefundPayment, ReleaseStock and AlertOperators are entered in this order
      And the execution fails with OrderCancelled

    @slow
    Scenario: Silence of the warehouse leads back through every step
      When nobody answers the task token of AwaitDispatch
      Then AwaitDispatch waits at most 4 hours
      And AwaitDispatch catches States.Timeout and goes to WithdrawDispatch
      And the states WithdrawDispatch, RefundPayment, ReleaseStock and AlertOperators are entered in this order
      And the execution fails with OrderCancelled

    Scenario: The chain of compensations goes on where one of its links fails
      When the task token of AwaitDispatch is answered with OutOfStock
      And RefundPayment fails with an unexpected error every time
      Then ReleaseStock is entered
      And the input of AlertOperators at $.refundFailure exists
      And the execution fails with OrderCancelled

    Scenario: A service that fails for longer than its retries undoes the order
      When the service of ChargeCustomer fails until its retries are spent
      Then ChargeCustomer is attempted 6 times
      And ChargeCustomer catches Lambda.ServiceException and goes to RefundPayment
      And the execution fails with OrderCancelled

    Scenario: Under any single fault the order is complete, or everybody knows that it is not
      When any single fault strikes
      Then the execution succeeds or fails with OrderCancelled
      And every failure is visible
      And there are no findings above low
