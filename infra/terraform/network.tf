# Three private zones for tasks and stores, two public ones for the balancer and the ways out.
locals {
  zones          = slice(data.aws_availability_zones.here.names, 0, 3)
  private_blocks = [for i in range(3) : cidrsubnet(var.cidr, 4, i)]
  public_blocks  = [for i in range(2) : cidrsubnet(var.cidr, 6, 48 + i)]
}

resource "aws_vpc" "main" {
  cidr_block           = var.cidr
  enable_dns_hostnames = true
  tags                 = { Name = local.name }
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "public" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = local.public_blocks[count.index]
  availability_zone = local.zones[count.index]
  tags              = { Name = "${local.name}-public-${local.zones[count.index]}" }
}

resource "aws_subnet" "private" {
  count             = 3
  vpc_id            = aws_vpc.main.id
  cidr_block        = local.private_blocks[count.index]
  availability_zone = local.zones[count.index]
  tags              = { Name = "${local.name}-private-${local.zones[count.index]}" }
}

resource "aws_eip" "out" {
  count  = 2
  domain = "vpc"
}

# One in each public zone: a zone that fails takes only its own way out with it.
resource "aws_nat_gateway" "out" {
  count         = 2
  subnet_id     = aws_subnet.public[count.index].id
  allocation_id = aws_eip.out[count.index].id
  depends_on    = [aws_internet_gateway.main]
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_route_table" "private" {
  count  = 3
  vpc_id = aws_vpc.main.id
  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.out[count.index % 2].id
  }
}

resource "aws_route_table_association" "public" {
  count          = 2
  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table_association" "private" {
  count          = 3
  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private[count.index].id
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.main.id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = aws_route_table.private[*].id
}

# ── who may speak to whom ──

resource "aws_security_group" "balancer" {
  name_prefix = "${local.name}-balancer-"
  vpc_id      = aws_vpc.main.id
  ingress {
    description = "HTTPS and secure WebSockets"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    description = "redirected to HTTPS"
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 8080
    to_port     = 8080
    protocol    = "tcp"
    cidr_blocks = local.private_blocks
  }
  lifecycle { create_before_destroy = true }
}

resource "aws_security_group" "tasks" {
  name_prefix = "${local.name}-tasks-"
  vpc_id      = aws_vpc.main.id
  ingress {
    from_port       = 8080
    to_port         = 8080
    protocol        = "tcp"
    security_groups = [aws_security_group.balancer.id]
  }
  egress {
    description = "providers, carriers, receivers of webhooks, the stores"
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
  lifecycle { create_before_destroy = true }
}

resource "aws_security_group" "stores" {
  name_prefix = "${local.name}-stores-"
  vpc_id      = aws_vpc.main.id
  dynamic "ingress" {
    for_each = { postgres = 5432, redis = 6379 }
    content {
      description     = ingress.key
      from_port       = ingress.value
      to_port         = ingress.value
      protocol        = "tcp"
      security_groups = [aws_security_group.tasks.id]
    }
  }
  lifecycle { create_before_destroy = true }
}
