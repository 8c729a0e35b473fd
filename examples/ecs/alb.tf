# An ALB, its target group and the ECS service behind it. The task's numbers are in
# task-definition.json and follow from the two that are marked.
#
#   terraform show -json | npx lb-safe-timeouts detect -

variable "subnets" {
  type = list(string)
}

variable "vpc_id" {
  type = string
}

variable "cluster" {
  type = string
}

resource "aws_lb" "app" {
  name               = "app"
  load_balancer_type = "application"
  subnets            = var.subnets
  idle_timeout       = 75 # LB_SAFE_TIMEOUTS_IDLE_MS 75000
}

resource "aws_lb_target_group" "app" {
  name                 = "app"
  port                 = 3000
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = var.vpc_id
  deregistration_delay = 30 # DRAIN_WINDOW_MS 30000

  health_check {
    path                = "/ready"
    interval            = 5
    timeout             = 2
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_listener" "app" {
  load_balancer_arn = aws_lb.app.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app.arn
  }
}

resource "aws_ecs_task_definition" "app" {
  family                   = "app"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  container_definitions    = jsonencode(jsondecode(file("${path.module}/task-definition.json")).containerDefinitions)
}

resource "aws_ecs_service" "app" {
  name            = "app"
  cluster         = var.cluster
  task_definition = aws_ecs_task_definition.app.arn
  launch_type     = "FARGATE"
  desired_count   = 2

  network_configuration {
    subnets = var.subnets
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.app.arn
    container_name   = "app"
    container_port   = 3000
  }
}
